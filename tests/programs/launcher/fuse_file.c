/*
 * fuse_file DIRECTORY USER: mounts a filesystem with one file, DIRECTORY/conf, which this program itself serves, and starts a process of USER that
 * maps the file. Prints the process id of that process. When the input ends, it unmounts the filesystem and prints how often the file was opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILE_NODE = 2, FILE_SIZE = 4096, REQUEST_SIZE = 1 << 20 };

static int device;
static volatile int opens;

static void reply(const struct fuse_in_header *request, int error, const void *body, size_t size)
{
    static char buffer[sizeof(struct fuse_out_header) + FILE_SIZE];
    struct fuse_out_header head = {.len = sizeof head + size, .error = -error, .unique = request->unique};

    memcpy(buffer, &head, sizeof head);
    if (size)
        memcpy(buffer + sizeof head, body, size);
    if (write(device, buffer, head.len) < 0 && errno != ENOENT)
        perror("fuse_file: reply");
}

static struct fuse_attr attributes(unsigned long node)
{
    return (struct fuse_attr){.ino = node, .nlink = 1, .blksize = 4096, .size = node == FILE_NODE ? FILE_SIZE : 0,
        .mode = node == FILE_NODE ? S_IFREG | 0666 : S_IFDIR | 0777};
}

static void answer(const struct fuse_in_header *request)
{
    static const char content[FILE_SIZE];
    struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_readahead = 0, .max_write = FILE_SIZE};
    struct fuse_entry_out entry = {.nodeid = FILE_NODE, .attr = attributes(FILE_NODE)};
    struct fuse_attr_out attr = {.attr = attributes(request->nodeid)};
    struct fuse_open_out opened = {.fh = 0};

    switch (request->opcode) {
    case FUSE_INIT: reply(request, 0, &init, sizeof init); break;
    case FUSE_LOOKUP: reply(request, strcmp((const char *)(request + 1), "conf") ? ENOENT : 0, &entry, sizeof entry); break;
    case FUSE_GETATTR: reply(request, 0, &attr, sizeof attr); break;
    case FUSE_OPEN:
        opens++;
        reply(request, 0, &opened, sizeof opened);
        break;
    case FUSE_READ: {
        const struct fuse_read_in *in = (const void *)(request + 1);
        size_t size = in->offset >= FILE_SIZE ? 0 : FILE_SIZE - in->offset;
        reply(request, 0, content, size < in->size ? size : in->size);
        break;
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE: reply(request, 0, NULL, 0); break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT: break;
    default: reply(request, ENOSYS, NULL, 0);
    }
}

static void *serve(void *unused)
{
    static char request[REQUEST_SIZE];

    while (read(device, request, sizeof request) > 0 || errno == EINTR || errno == ENOENT)
        answer((const struct fuse_in_header *)request);
    return unused;
}

static void map(const char *path, uid_t user)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int file = setresuid(user, user, user) == 0 ? open(path, O_RDONLY) : -1;
    if (file < 0 || mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED) {
        perror(path);
        exit(1);
    }
    close(file);
    printf("process=%d\n", getpid());
    fflush(stdout);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    char options[128], path[4096];
    pthread_t thread;

    device = argc == 3 ? open("/dev/fuse", O_RDWR | O_CLOEXEC) : -1;
    if (device < 0)
        return 2;
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
    snprintf(path, sizeof path, "%s/conf", argv[1]);
    if (mount("fuse_file", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
        perror("fuse_file: mount");
        return 3;
    }
    pthread_create(&thread, NULL, serve, NULL);
    pid_t child = fork();
    if (child == 0)
        map(path, atoi(argv[2]));
    while (getchar() != EOF)
        ;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    umount2(argv[1], MNT_DETACH);
    printf("opens=%d\n", opens);
    return 0;
}

// usage: start_time PID
// Prints when the process PID was started, in ticks after the boot, and the machine's uptime, read twice by one stream.
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    std::ifstream file("/proc/" + std::string(argv[1]) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string field;
    for (int i = 3; i <= 22; i++)
        fields >> field;

    std::ifstream up("/proc/uptime");
    std::string first, second;
    up >> first;
    up.seekg(0);
    up >> second;
    std::cout << field << "\n" << first << "\n" << second << "\n";
}

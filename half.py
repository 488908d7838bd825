import mmap,struct,os,fcntl,time,sys,subprocess
F=sys.argv[1];fd=os.open(F,os.O_RDWR);fcntl.flock(fd,fcntl.LOCK_EX)
m=mmap.mmap(fd,0);B=67112960
V=subprocess.run(sys.argv[2:]+["date","+%s"],capture_output=True,text=True).stdout.strip()
print("date before",V)
# a change to rate 1 "from what the clock reads" stopped in StoreOffsets after realtime_offset
ref=struct.unpack_from('<qq',m,B+1088+16)
off=struct.unpack_from('<qq',m,B+32)
h=time.time();virt=(ref[0]+ref[1]/1e9)-(off[0]+off[1]/1e9)+(h-ref[0]-ref[1]/1e9)*100000
no=h-virt
s,=struct.unpack_from('<Q',m,B+48)
odd=((s+1)&(2**31-2))|1
struct.pack_into('<Q',m,B+48,odd)
struct.pack_into('<qq',m,B+32,int(no//1),int(no%1*1e9))
print("date expected",int(virt))
print("date while stopped",subprocess.run(sys.argv[2:]+["date","+%s"],capture_output=True,text=True).stdout.strip())

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace VirtTime.Base;

/// <summary>Passes a byte string to libc, with a NUL after it.</summary>
/// <remarks>
/// Paths, arguments and environment variables are bytes, not text. A byte string is a <see cref="string"/> with one character (0 to 255)
/// for each byte, so that bytes in any encoding stay unchanged.
/// </remarks>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ManagedToUnmanagedIn))]
internal static unsafe class ByteStringMarshaller
{
    internal ref struct ManagedToUnmanagedIn
    {
        private byte* _bytes;
        private bool _allocated;

        public static int BufferSize => 512;

        public void FromManaged(string? value, Span<byte> buffer)
        {
            if (value is null)
                return;

            if (value.Length < buffer.Length)
            {
                _bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
            }
            else
            {
                _bytes = (byte*)NativeMemory.Alloc((nuint)value.Length + 1);
                _allocated = true;
            }

            ByteString.CopyTo(value, _bytes);
        }

        public readonly byte* ToUnmanaged() => _bytes;

        public readonly void Free()
        {
            if (_allocated)
                NativeMemory.Free(_bytes);
        }
    }
}

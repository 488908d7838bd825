using System.Runtime.InteropServices;
using System.Text;
using VirtTime.Format;

namespace VirtTime.Tests.Unit;

/// <summary>The positions are a file format that tools in other languages share. They must never change.</summary>
public class ConfigLayoutTests
{
    [Fact]
    public void Timespec_is_two_64_bit_integers() => Assert.Equal(16, Marshal.SizeOf<timespec>());

    [Fact]
    public void C_layout_is_where_the_C_library_has_it()
    {
        Assert.Equal(0, ConfigLayout.OffsetPosition);
        Assert.Equal(16, ConfigLayout.SlotsPosition);
        Assert.Equal(16, ConfigLayout.SlotSize);
        Assert.Equal(67108880, ConfigLayout.CLayoutEnd);
    }

    [Fact]
    public void C_file_has_the_size_that_fastfreeze_insists_on() => Assert.Equal(67108896, ConfigLayout.CFileSize);

    [Fact]
    public void Extension_starts_a_page_behind_what_the_C_examples_write()
    {
        Assert.Equal(67112960, ConfigLayout.ExtensionPosition);
        Assert.Equal(0, ConfigLayout.ExtensionPosition % 4096);
    }

    [Fact]
    public void Clock_bytes_follow_the_extension()
    {
        Assert.Equal(67117056, ConfigLayout.SlotClocksPosition);
        Assert.Equal(67117056 + 4194304, ConfigLayout.FileSize);
    }

    [Theory]
    [InlineData(nameof(ConfigExtension.magic), 0)]
    [InlineData(nameof(ConfigExtension.version), 8)]
    [InlineData(nameof(ConfigExtension.flags), 12)]
    [InlineData(nameof(ConfigExtension.boottime_offset), 16)]
    [InlineData(nameof(ConfigExtension.realtime_offset), 32)]
    [InlineData(nameof(ConfigExtension.sequence), 48)]
    [InlineData(nameof(ConfigExtension.boot_id), 56)]
    [InlineData(nameof(ConfigExtension.saved_monotonic), 72)]
    [InlineData(nameof(ConfigExtension.saved_boottime), 88)]
    [InlineData(nameof(ConfigExtension.saved_realtime), 104)]
    [InlineData(nameof(ConfigExtension.change), 120)]
    [InlineData(nameof(ConfigExtension.realtime_rate), 1088)]
    public void Extension_field_is_at_its_place(string field, int position) =>
        Assert.Equal(position, (int)Marshal.OffsetOf<ConfigExtension>(field));

    [Fact]
    public unsafe void Change_has_the_length_that_the_room_for_it_is_computed_from() => Assert.Equal(ConfigChange.Length, sizeof(ConfigChange));

    [Fact]
    public void Magic_spells_the_name() =>
        Assert.Equal("VIRTTIME", Encoding.ASCII.GetString(BitConverter.GetBytes(ConfigExtension.MagicValue)));
}

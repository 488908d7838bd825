namespace VirtTime.Base;

/// <summary>File modes (<c>chmod(2)</c>). C# has no octal literals.</summary>
internal static class Permissions
{
    /// <summary>0777.</summary>
    public const uint All = 0x1FF;

    /// <summary>0600: a file that only its owner can read and write.</summary>
    public const uint OwnersFile = 0x180;

    /// <summary>0700: a directory that only its owner can use.</summary>
    public const uint OwnersDirectory = 0x1C0;

    /// <summary>0644: a file that all users can read.</summary>
    public const uint SharedFile = 0x1A4;

    /// <summary>0755: a program or a directory that all users can use.</summary>
    public const uint SharedProgram = 0x1ED;

    /// <summary>0111.</summary>
    public const uint AnyExecutes = 0x49;

    /// <summary>0010.</summary>
    public const uint GroupExecutes = 0x8;

    /// <summary>04000.</summary>
    public const uint SetUserId = 0x800;

    /// <summary>02000.</summary>
    public const uint SetGroupId = 0x400;
}

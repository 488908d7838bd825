#!/bin/sh
# Usage: tool.sh
# Makes a .NET tool: a package for each runtime identifier, and one package that names these.
set -eu

case ${1:-} in
    -h | --help) sed -n '2,${/^#/!q;s/^#\( \|$\)//p;}' "$0"; exit ;;
esac

cd "$(dirname "$0")/../.."
id=virttime-run
mkdir -p "$WORK"
cp scripts/release/tool.csproj "$WORK"

# The notices are the same for each architecture.
case $ARCHS in
    *x64*) first=dist ;;
    *) first=dist-arm64 ;;
esac

# specification ID TYPE FILES
specification() {
    cat <<END
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>$1</id>
    <version>$VERSION</version>
    <authors>${VIRTTIME_MAINTAINER%% <*}</authors>
    <description>Linux: $SUMMARY.</description>
    <license type="expression">$LICENSE_EXPRESSION</license>
    <projectUrl>$HOMEPAGE</projectUrl>
    <readme>README.md</readme>
    <packageTypes><packageType name="$2" /></packageTypes>
  </metadata>
  <files>
    <file src="$PWD/README.md" target="README.md" />
    <file src="$PWD/docs/*.md" target="docs" />
    <file src="$PWD/LICENSE" target="LICENSE" />
    <file src="$PWD/artifacts/$first/THIRD-PARTY-NOTICES" target="THIRD-PARTY-NOTICES" />
    <file src="$PWD/scripts/container/*" target="scripts/container" />
    <file src="$PWD/scripts/cluster/*" target="scripts/cluster" />
$3
  </files>
</package>
END
}

# settings COMMAND PARTS
settings() {
    printf '<?xml version="1.0" encoding="utf-8"?>\n<DotNetCliTool Version="2">\n  <Commands><Command %s /></Commands>\n%s</DotNetCliTool>\n' "$1" "$2"
}

pack() {
    dotnet pack "$WORK/tool.csproj" --nologo --verbosity quiet --output "$OUTPUT" "-p:NuspecFile=$WORK/$1.nuspec" >"$WORK/log" 2>&1 || {
        cat "$WORK/log" >&2
        exit 1
    }
}

parts=
for arch in $ARCHS; do
    rid=linux-$arch
    dist=$PWD/artifacts/dist
    [ "$arch" = x64 ] || dist=$dist-$arch
    settings "Name=\"$id\" EntryPoint=\"virttime-run\" Runner=\"executable\"" '' >"$WORK/$rid.xml"
    specification "$id.$rid" DotnetToolRidPackage "    <file src=\"$WORK/$rid.xml\" target=\"tools/any/$rid/DotnetToolSettings.xml\" />
    <file src=\"$dist/virttime-run\" target=\"tools/any/$rid/virttime-run\" />
    <file src=\"$dist/libvirttime.so\" target=\"tools/any/$rid/libvirttime.so\" />" >"$WORK/$id.$rid.nuspec"
    pack "$id.$rid"
    parts="$parts    <RuntimeIdentifierPackage RuntimeIdentifier=\"$rid\" Id=\"$id.$rid\" />
"
done

settings "Name=\"$id\"" "  <RuntimeIdentifierPackages>
$parts  </RuntimeIdentifierPackages>
" >"$WORK/pointer.xml"
specification "$id" DotnetTool "    <file src=\"$WORK/pointer.xml\" target=\"tools/any/any/DotnetToolSettings.xml\" />" >"$WORK/$id.nuspec"
pack "$id"

# What a system is: `lib.systems`, as far as packages ask platforms about themselves.
{ lib }:

let
  # name, family, bits, byte order (b big, l little, - unstated), version
  cpuRows = [
    [ "arm" "arm" 32 "l" null ]
    [ "armv5tel" "arm" 32 "l" "5" ]
    [ "armv6m" "arm" 32 "l" "6" ]
    [ "armv6l" "arm" 32 "l" "6" ]
    [ "armv7a" "arm" 32 "l" "7" ]
    [ "armv7r" "arm" 32 "l" "7" ]
    [ "armv7m" "arm" 32 "l" "7" ]
    [ "armv7l" "arm" 32 "l" "7" ]
    [ "armv8a" "arm" 32 "l" "8" ]
    [ "armv8r" "arm" 32 "l" "8" ]
    [ "armv8m" "arm" 32 "l" "8" ]
    [ "aarch64" "arm" 64 "l" "8" ]
    [ "aarch64_be" "arm" 64 "b" "8" ]
    [ "i386" "x86" 32 "l" null ]
    [ "i486" "x86" 32 "l" null ]
    [ "i586" "x86" 32 "l" null ]
    [ "i686" "x86" 32 "l" null ]
    [ "x86_64" "x86" 64 "l" null ]
    [ "microblaze" "microblaze" 32 "b" null ]
    [ "microblazeel" "microblaze" 32 "l" null ]
    [ "mips" "mips" 32 "b" null ]
    [ "mipsel" "mips" 32 "l" null ]
    [ "mips64" "mips" 64 "b" null ]
    [ "mips64el" "mips" 64 "l" null ]
    [ "mmix" "mmix" 64 "b" null ]
    [ "m68k" "m68k" 32 "b" null ]
    [ "powerpc" "power" 32 "b" null ]
    [ "powerpc64" "power" 64 "b" null ]
    [ "powerpc64le" "power" 64 "l" null ]
    [ "powerpcle" "power" 32 "l" null ]
    [ "riscv32" "riscv" 32 "l" null ]
    [ "riscv64" "riscv" 64 "l" null ]
    [ "s390" "s390" 32 "b" null ]
    [ "s390x" "s390" 64 "b" null ]
    [ "sparc" "sparc" 32 "b" null ]
    [ "sparc64" "sparc" 64 "b" null ]
    [ "wasm32" "wasm" 32 "l" null ]
    [ "wasm64" "wasm" 64 "l" null ]
    [ "alpha" "alpha" 64 "l" null ]
    [ "rx" "rx" 32 "l" null ]
    [ "msp430" "msp430" 16 "l" null ]
    [ "avr" "avr" 8 "-" null ]
    [ "vc4" "vc4" 32 "l" null ]
    [ "or1k" "or1k" 32 "b" null ]
    [ "loongarch64" "loongarch" 64 "l" null ]
    [ "javascript" "javascript" 32 "l" null ]
    [ "arc" "arc" 32 "l" null ]
    [ "sh4" "sh" 32 "l" null ]
  ];
  gccNames = {
    aarch64 = "armv8-a";
    aarch64_be = "armv8-a";
    arm64 = "armv8-a";
    armv5tel = "armv5t";
    armv6l = "armv6";
    armv6m = "armv6-m";
    armv7a = "armv7-a";
    armv7l = "armv7";
    armv7m = "armv7-m";
    armv7r = "armv7-r";
    armv8a = "armv8-a";
    armv8m = "armv8-m";
    armv8r = "armv8-a";
    i386 = "i386";
    i486 = "i486";
    i586 = "i586";
    i686 = "i686";
    x86_64 = "x86-64";
  };
  cpu = row: {
    name = builtins.elemAt row 0;
    family = builtins.elemAt row 1;
    bits = builtins.elemAt row 2;
    _type = "cpu-type";
  }
  // (
    let
      order = builtins.elemAt row 3;
      version = builtins.elemAt row 4;
      big = { _type = "significant-byte"; name = "bigEndian"; };
      little = { _type = "significant-byte"; name = "littleEndian"; };
    in
    lib.optionalAttrs (order != "-") { significantByte = if order == "b" then big else little; }
    // lib.optionalAttrs (version != null) { inherit version; }
    // lib.optionalAttrs (gccNames ? ${builtins.head row}) { arch = gccNames.${builtins.head row}; }
  );
  cpus = builtins.listToAttrs (map (row: { name = builtins.head row; value = cpu row; }) cpuRows);

  # name, executable format, families
  kernelRows = [
    [ "linux" "elf" [ ] ]
    [ "darwin" "macho" [ "darwin" ] ]
    [ "ios" "macho" [ "darwin" ] ]
    [ "macos" "macho" [ "darwin" ] ]
    [ "freebsd" "elf" [ "bsd" ] ]
    [ "netbsd" "elf" [ "bsd" ] ]
    [ "openbsd" "elf" [ "bsd" ] ]
    [ "solaris" "elf" [ ] ]
    [ "windows" "pe" [ ] ]
    [ "uefi" "pe" [ ] ]
    [ "wasi" "wasm" [ ] ]
    [ "redox" "elf" [ ] ]
    [ "genode" "elf" [ ] ]
    [ "ghcjs" "unknown" [ ] ]
    [ "mmixware" "unknown" [ ] ]
    [ "none" "unknown" [ ] ]
  ];
  kernel = row: {
    _type = "kernel";
    # Both names of the kernel of macOS say the same.
    name = if builtins.head row == "macos" then "darwin" else builtins.head row;
    execFormat = { _type = "exec-format"; name = builtins.elemAt row 1; };
    families = lib.genAttrs (builtins.elemAt row 2) (name: { _type = "exec-format"; inherit name; });
  };
  kernels = builtins.listToAttrs (map (row: { name = builtins.head row; value = kernel row; }) kernelRows);

  abi = name: { _type = "abi"; inherit name; } // lib.optionalAttrs (lib.hasSuffix "hf" name) { float = "hard"; }
    // lib.optionalAttrs (builtins.elem name [ "gnueabi" "musleabi" "androideabi" ]) { float = "soft"; };
  vendor = name: { _type = "vendor"; inherit name; };

  parts = text: lib.splitString "-" text;
  # `arm64` and the like are names of the same processor.
  processor = name: cpus.${{ arm64 = "aarch64"; amd64 = "x86_64"; armv6 = "armv6l"; }.${name} or name} or (throw "unknown cpu ${name}");
  plainKernel = name: builtins.head (builtins.match "([a-z]+)[0-9.]*" name);

  fromTriple =
    text:
    let
      given = parts text;
      count = builtins.length given;
      at = builtins.elemAt given;
      known = name: kernels ? ${plainKernel name};
      shape =
        if count == 4 then
          { cpu = at 0; vendor = at 1; kernel = at 2; abi = at 3; }
        else if count == 3 && lib.hasPrefix "cygwin" (at 2) then
          { cpu = at 0; vendor = at 1; kernel = "windows"; abi = "cygnus"; }
        else if count == 3 && builtins.elem (at 2) [ "mingw32" "mingwW64" "windows" ] then
          { cpu = at 0; vendor = at 1; kernel = "windows"; abi = "gnu"; }
        else if count == 3 && (at 1) == "linux" then
          { cpu = at 0; vendor = null; kernel = "linux"; abi = at 2; }
        else if count == 3 && builtins.elem (at 2) [ "eabi" "eabihf" "elf" "gnu" ] then
          { cpu = at 0; vendor = if at 1 == "none" then null else at 1; kernel = "none"; abi = at 2; }
        else if count == 3 && known (at 2) then
          { cpu = at 0; vendor = at 1; kernel = at 2; abi = null; }
        else if count == 2 && at 1 == "cygwin" then
          { cpu = at 0; vendor = null; kernel = "windows"; abi = "cygnus"; }
        else if count == 2 && at 1 == "elf" then
          { cpu = at 0; vendor = null; kernel = "none"; abi = "elf"; }
        else if count == 2 && known (at 1) then
          { cpu = at 0; vendor = null; kernel = at 1; abi = null; }
        else
          throw "unknown system ${text}";
    in
    completed shape;

  completed =
    shape:
    let
      processorOf = processor shape.cpu;
      kernelOf = kernels.${plainKernel shape.kernel};
      vendorOf =
        if shape.vendor != null then
          shape.vendor
        else if kernelOf.families ? darwin then
          "apple"
        else if kernelOf.name == "windows" then
          "pc"
        else
          "unknown";
      old = !lib.versionAtLeast (processorOf.version or "0") "6";
      abiOf =
        if shape.abi != null then
          shape.abi
        else if kernelOf.name == "windows" then
          "msvc"
        else if kernelOf.name == "linux" then
          (
            if processorOf.family == "arm" && processorOf.bits == 32 then
              (if old then "gnueabi" else "gnueabihf")
            else if processorOf.name == "powerpc64" then
              "gnuabielfv1"
            else
              "gnu"
          )
        else
          "unknown";
    in
    {
      _type = "system";
      cpu = processorOf;
      vendor = vendor vendorOf;
      kernel = kernelOf;
      abi = abi abiOf;
    };

  kernelText = parsed: if parsed.kernel.families ? darwin then "darwin" else parsed.kernel.name;
  doubleOf =
    parsed:
    if parsed.abi.name == "cygnus" then "${parsed.cpu.name}-cygwin" else "${parsed.cpu.name}-${kernelText parsed}";
  tripleOf =
    parsed:
    let
      tail = if parsed.abi.name == "unknown" then "" else "-${parsed.abi.name}";
      cpuName = if parsed.kernel.families ? darwin && parsed.cpu.name == "aarch64" then "arm64" else parsed.cpu.name;
      system = if parsed.abi.name == "cygnus" then "cygwin" else parsed.kernel.name + tail;
    in
    "${cpuName}-${parsed.vendor.name}-${system}";

  questions =
    parsed:
    let
      family = name: parsed.cpu.family == name;
      bits = count: parsed.cpu.bits == count;
      named = name: parsed.cpu.name == name;
      on = name: parsed.kernel.name == name;
      abiIn = builtins.elem parsed.abi.name;
      order = name: parsed.cpu.significantByte.name or "" == name;
      bsd = parsed.kernel.families ? bsd;
      darwin = parsed.kernel.families ? darwin;
      gnuAbis = [ "gnu" "gnueabi" "gnueabihf" "gnuabin32" "gnuabi64" "gnuabielfv1" "gnuabielfv2" "gnusf" "gnux32" "gnuilp32" ];
      muslAbis = [ "musl" "musleabi" "musleabihf" "muslabin32" "muslabi64" ];
    in
    rec {
      isi686 = named "i686";
      isx86_32 = family "x86" && bits 32;
      isx86_64 = family "x86" && bits 64;
      isx86 = family "x86";
      isAarch = family "arm";
      isAarch32 = family "arm" && bits 32;
      isAarch64 = family "arm" && bits 64;
      isArmv7 = family "arm" && bits 32 && lib.hasPrefix "armv7" parsed.cpu.name;
      isMicroBlaze = family "microblaze";
      isMips = family "mips";
      isMips32 = isMips && bits 32;
      isMips64 = isMips && bits 64;
      isMips64n32 = isMips64 && abiIn [ "muslabin32" "gnuabin32" ];
      isMips64n64 = isMips64 && abiIn [ "muslabi64" "gnuabi64" ];
      isMmix = family "mmix";
      isPower = family "power";
      isPowerPC = isPower;
      isPower64 = isPower && bits 64;
      isAbiElfv2 = isPower64 && abiIn [ "gnuabielfv2" ];
      isRiscV = family "riscv";
      isRiscV32 = isRiscV && bits 32;
      isRiscV64 = isRiscV && bits 64;
      isRx = family "rx";
      isSparc = family "sparc";
      isSparc64 = isSparc && bits 64;
      isWasm = family "wasm";
      isMsp430 = family "msp430";
      isVc4 = family "vc4";
      isAvr = family "avr";
      isAlpha = family "alpha";
      isOr1k = family "or1k";
      isM68k = family "m68k";
      isS390 = family "s390";
      isS390x = isS390 && bits 64;
      isLoongArch64 = family "loongarch" && bits 64;
      isJavaScript = named "javascript";
      isArc = family "arc";
      isSh4 = family "sh";

      is32bit = bits 32;
      is64bit = bits 64;
      isILP32 = isMips64n32 || abiIn [ "gnux32" "muslx32" "gnuilp32" ] || family "wasm" && bits 32;
      isBigEndian = order "bigEndian";
      isLittleEndian = order "littleEndian";

      isBSD = bsd;
      isDarwin = darwin;
      isMacOS = on "darwin";
      isiOS = on "ios";
      isUnix = bsd || darwin || builtins.elem parsed.kernel.name [ "linux" "solaris" "redox" ] || isCygwin;
      isLinux = on "linux";
      isSunOS = on "solaris";
      isFreeBSD = on "freebsd";
      isNetBSD = on "netbsd";
      isOpenBSD = on "openbsd";
      isWindows = on "windows" && !isCygwin;
      isCygwin = on "windows" && abiIn [ "cygnus" ];
      isMinGW = isWindows && abiIn [ "gnu" ];
      isMsvc = isWindows && abiIn [ "msvc" ];
      isWasi = on "wasi";
      isRedox = on "redox";
      isGhcjs = on "ghcjs";
      isGenode = on "genode";
      isNone = on "none";
      isUefi = on "uefi";
      isEfi = isUefi || builtins.elem parsed.cpu.family [ "arm" "riscv" "x86" ] && parsed.cpu.version or "" != "5" || isLoongArch64;

      isAndroid = abiIn [ "android" "androideabi" ];
      isGnu = abiIn gnuAbis;
      isMusl = abiIn muslAbis;
      isUClibc = abiIn [ "uclibc" "uclibceabi" "uclibceabihf" ];
      isElf = parsed.kernel.execFormat.name == "elf";
      isMacho = parsed.kernel.execFormat.name == "macho";
    };

  libcOf =
    asked:
    if asked.isDarwin then
      "libSystem"
    else if asked.isCygwin then
      "cygwin"
    else if asked.isWindows then
      (if asked.isMsvc then "ucrt" else "msvcrt")
    else if asked.isWasi then
      "wasilibc"
    else if asked.isRedox then
      "relibc"
    else if asked.isMusl then
      "musl"
    else if asked.isUClibc then
      "uclibc"
    else if asked.isAndroid then
      "bionic"
    else if asked.isLinux then
      "glibc"
    else if asked.isFreeBSD then
      "fblibc"
    else if asked.isOpenBSD then
      "oblibc"
    else if asked.isNetBSD then
      "nblibc"
    else if asked.isAvr then
      "avrlibc"
    else if asked.isGhcjs then
      null
    else if asked.isNone then
      "newlib"
    else
      "native/impure";

  linuxArchOf =
    asked: parsed:
    if asked.isx86_32 then
      "i386"
    else if asked.isx86_64 then
      "x86_64"
    else if asked.isAarch32 then
      "arm"
    else if asked.isAarch64 then
      "arm64"
    else if asked.isMips then
      "mips"
    else if asked.isPower then
      "powerpc"
    else if asked.isRiscV then
      "riscv"
    else if asked.isS390 then
      "s390"
    else if asked.isLoongArch64 then
      "loongarch"
    else
      parsed.cpu.name;

  unameKernel = {
    linux = "Linux";
    windows = "Windows";
    darwin = "Darwin";
    netbsd = "NetBSD";
    freebsd = "FreeBSD";
    openbsd = "OpenBSD";
    wasi = "Wasi";
    redox = "Redox";
    genode = "Genode";
  };

  elaborate =
    given:
    let
      args =
        if builtins.isString given then
          { system = given; }
        else
          builtins.removeAttrs given [ "parsed" ];
      parsed = given.parsed or (fromTriple (args.config or args.system));
      asked = questions parsed;
      final = asked // {
        inherit parsed;
        system = doubleOf parsed;
        config = tripleOf parsed;
        libc = libcOf final;
        isStatic = final.isWasi || final.isRedox;
        hasSharedLibraries = !final.isStatic;
        canExecute =
          other:
          final.isAndroid == other.isAndroid
          && parsed.kernel.name == other.parsed.kernel.name
          && (
            parsed.cpu.name == other.parsed.cpu.name
            || asked.isx86_64 && other.isx86_32
            || asked.isAarch64 && !(other.parsed.cpu ? version && !other.isAarch) && other.isAarch32
            || asked.isx86_32 && other.isx86_32
          );
        isCompatible = final.canExecute;
        extensions = lib.optionalAttrs final.hasSharedLibraries {
          sharedLibrary =
            if final.isDarwin then
              ".dylib"
            else if final.isWindows || final.isCygwin then
              ".dll"
            else
              ".so";
        }
        // {
          staticLibrary = if final.isWindows && final.isMsvc then ".lib" else ".a";
          library = if !final.hasSharedLibraries then final.extensions.staticLibrary else final.extensions.sharedLibrary;
          executable = if final.isWindows || final.isCygwin then ".exe" else "";
        };
        linuxArch = linuxArchOf asked parsed;
        uname = {
          system = if asked.isCygwin then "CYGWIN_NT" else unameKernel.${kernelText parsed} or null;
          processor =
            if asked.isDarwin && asked.isAarch64 then
              "arm64"
            else if asked.isPower64 then
              "ppc64${lib.optionalString asked.isLittleEndian "le"}"
            else if asked.isPower then
              "ppc${lib.optionalString asked.isLittleEndian "le"}"
            else if asked.isMips64 then
              "mips64"
            else
              parsed.cpu.name;
          release = null;
        };
        qemuArch = if asked.isAarch32 then "arm" else if asked.isx86_32 then "i386" else if asked.isPower then final.uname.processor else parsed.cpu.name;
        useLLVM = asked.isFreeBSD || asked.isOpenBSD;
        linker =
          if final.useLLVM then
            "lld"
          else if final.isDarwin then
            "cctools"
          else
            "bfd";
        useAndroidPrebuilt = false;
        useiOSPrebuilt = false;
        gcc = { };
        linux-kernel = { };
      } // args;
    in
    final;

  named = system: questions (fromTriple system);
  withAnswer = question: builtins.filter (system: (named system).${question}) all;
  only = cpuQuestion: withAnswer cpuQuestion;

  all = builtins.concatLists (
    lib.mapAttrsToList (kernel: names: map (cpu: "${cpu}-${kernel}") names) (
      builtins.mapAttrs (_: lib.splitString " ") {
        cygwin = "i686 x86_64";
        darwin = "x86_64 aarch64";
        freebsd = "i686 x86_64 aarch64";
        genode = "aarch64 i686 x86_64";
        ghcjs = "javascript";
        linux = "aarch64 arc armv5tel armv6l armv7a armv7l i686 loongarch64 m68k sh4 microblaze microblazeel mips mips64 mips64el mipsel powerpc powerpc64 powerpc64le riscv32 riscv64 s390 s390x x86_64";
        mmixware = "mmix";
        netbsd = "aarch64 armv6l armv7a armv7l i686 m68k mipsel powerpc riscv32 riscv64 x86_64";
        none = "aarch64_be aarch64 arm armv6l avr i686 microblaze microblazeel mips mips64 msp430 or1k m68k powerpc powerpcle riscv32 riscv64 rx s390 s390x vc4 x86_64";
        openbsd = "i686 x86_64";
        redox = "x86_64";
        solaris = "x86_64";
        uefi = "aarch64 x86_64";
        wasi = "wasm64 wasm32";
        windows = "aarch64 x86_64 i686";
      }
    )
  );
in
rec {
  inherit elaborate;
  equals =
    left: right:
    let
      plain = lib.filterAttrs (_: value: !lib.isFunction value);
    in
    plain (builtins.removeAttrs left [ "canExecute" "isCompatible" ]) == plain (builtins.removeAttrs right [ "canExecute" "isCompatible" ]);
  parse = {
    mkSystemFromString = fromTriple;
    inherit cpus kernels;
    cpuTypes = cpus;
    vendors = lib.genAttrs [ "apple" "pc" "unknown" "none" "w64" ] vendor;
    abis = lib.genAttrs [ "gnu" "gnueabi" "gnueabihf" "musl" "musleabi" "musleabihf" "android" "androideabi" "eabi" "eabihf" "elf" "cygnus" "msvc" "unknown" ] abi;
    doubleFromSystem = doubleOf;
    tripleFromSystem = tripleOf;
    isSystem = value: value._type or null == "system";
  };
  supported = { hydra = doubles.linux; };
  flakeExposed = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "armv6l-linux"
    "armv7l-linux"
    "i686-linux"
    "aarch64-darwin"
    "powerpc64le-linux"
    "riscv64-linux"
    "x86_64-freebsd"
  ];
  examples = builtins.mapAttrs (_: config: { inherit config; }) {
    gnu64 = "x86_64-unknown-linux-gnu";
    gnu32 = "i686-unknown-linux-gnu";
    musl64 = "x86_64-unknown-linux-musl";
    aarch64-multiplatform = "aarch64-unknown-linux-gnu";
    aarch64-darwin = "aarch64-apple-darwin";
    x86_64-darwin = "x86_64-apple-darwin";
    riscv64 = "riscv64-unknown-linux-gnu";
    mingwW64 = "x86_64-w64-mingw32";
    armv7l-hf-multiplatform = "armv7l-unknown-linux-gnueabihf";
    avr = "avr";
    wasi32 = "wasm32-unknown-wasi";
  };
  doubles = {
    inherit all;
    none = [ ];
    arm = only "isAarch32";
    armv7 = only "isArmv7";
    aarch = only "isAarch";
    aarch64 = only "isAarch64";
    x86 = only "isx86";
    i686 = only "isi686";
    x86_64 = only "isx86_64";
    microblaze = only "isMicroBlaze";
    mips = only "isMips";
    mmix = only "isMmix";
    power = only "isPower";
    riscv = only "isRiscV";
    riscv32 = only "isRiscV32";
    riscv64 = only "isRiscV64";
    rx = only "isRx";
    vc4 = only "isVc4";
    or1k = only "isOr1k";
    m68k = only "isM68k";
    s390 = only "isS390";
    s390x = only "isS390x";
    arc = only "isArc";
    sh4 = only "isSh4";
    loongarch64 = only "isLoongArch64";
    js = only "isJavaScript";
    bigEndian = only "isBigEndian";
    littleEndian = only "isLittleEndian";
    cygwin = only "isCygwin";
    darwin = only "isDarwin";
    freebsd = only "isFreeBSD";
    genode = only "isGenode";
    gnu = builtins.filter (system: (named system).isLinux && (named system).isGnu) all;
    illumos = only "isSunOS";
    linux = only "isLinux";
    mesaPlatforms = builtins.filter (system: !(lib.hasSuffix "-none" system)) (only "isUnix");
    netbsd = only "isNetBSD";
    openbsd = only "isOpenBSD";
    redox = only "isRedox";
    uefi = only "isUefi";
    unix = only "isUnix";
    wasi = only "isWasi";
    windows = only "isWindows";
    embedded = builtins.filter (lib.hasSuffix "-none") all;
  };
  platforms = doubles;
  inspect = {
    predicates = builtins.mapAttrs (question: _: parsed: (questions parsed).${question}) (named "x86_64-linux");
    # `meta.badPlatforms` names these; the shape is all that is asked.
    patterns = {
      isStatic = { isStatic = true; };
    };
    platformPatterns = {
      isStatic = {
        parsed = { };
        isStatic = true;
      };
      isDynamic = {
        parsed = { };
        isStatic = false;
      };
    };
  };
}

final: prev: {
  python3 = prev.python3.override {
    packageOverrides = self: super: {
      kiwi = self.callPackage ./kiwi.nix { };
      lemon = super.lemon.overridePythonAttrs (old: {
        version = "2";
      });
    };
  };
  python3Packages = prev.python3Packages.overrideScope (self: super: { lime = self.callPackage ./kiwi.nix { }; });
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (self: super: { mango = self.callPackage ./kiwi.nix { }; })
  ];
  haskellPackages = prev.haskellPackages.override (old: {
    overrides = prev.lib.composeExtensions (old.overrides or (_: _: { })) (
      self: super: {
        nectarine = super.mkDerivation {
          pname = "nectarine";
          version = "1";
          meta.license = prev.lib.licenses.bsd3;
        };
      }
    );
  });
  perlPackages = prev.perlPackages // {
    Olive = final.perlPackages.buildPerlPackage {
      pname = "Olive";
      version = "0.1";
      meta.license = with prev.lib.licenses; [
        artistic1
        gpl1Plus
      ];
    };
  };
  stdenv = prev.stdenv // {
    isOurs = true;
  };
  passed-on = prev.hello.override { withGreeting = true; };
}

# Compares the licenses of a tree with its sources now and then: services.clarity.
self:
{ config, lib, pkgs, ... }:

let
  settings = config.services.clarity;
in
{
  options.services.clarity = {
    enable = lib.mkEnableOption "scans of the license metadata of a tree";
    tree = lib.mkOption {
      type = lib.types.str;
      description = "The checkout that is scanned.";
    };
    package = lib.mkOption {
      type = lib.types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
      description = "The clarity that scans.";
    };
    closure = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/current-system";
      description = "Only packages in the closure of this store path.";
    };
    arguments = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ "--fetch" ];
      description = "Further arguments of `clarity scan`.";
    };
    dates = lib.mkOption {
      type = lib.types.str;
      default = "daily";
      description = "When, as systemd writes it.";
    };
  };

  config = lib.mkIf settings.enable {
    systemd.services.clarity = {
      description = "License metadata of ${settings.tree}";
      startAt = settings.dates;
      serviceConfig = {
        Type = "oneshot";
        DynamicUser = true;
        CacheDirectory = "clarity";
        StateDirectory = "clarity";
        # Findings are an answer, not a failure.
        SuccessExitStatus = "1 3";
        ExecStartPre = lib.optional (settings.closure != null) (
          pkgs.writeShellScript "clarity-closure" ''
            exec ${config.nix.package}/bin/nix --extra-experimental-features nix-command \
              path-info --recursive --json ${lib.escapeShellArg settings.closure} > "$STATE_DIRECTORY/closure.json"
          ''
        );
        ExecStart = lib.escapeShellArgs (
          [ "${settings.package}/bin/clarity" "scan" settings.tree "--cache-dir" "/var/cache/clarity" ]
          ++ [ "--quiet" "--output" "json=/var/lib/clarity/report.json" ]
          ++ lib.optionals (settings.closure != null) [ "--closure" "/var/lib/clarity/closure.json" ]
          ++ settings.arguments
        );
      };
    };
  };
}

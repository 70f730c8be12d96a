{ config, lib, ... }: { options.enable = lib.mkEnableOption "it"; config = lib.mkIf config.enable { }; }

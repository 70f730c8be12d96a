{ fetchFromGitHub }:
{
  maple = {
    pname = "maple";
    version = "1";
    src = fetchFromGitHub {
      owner = "grove";
      repo = "maple";
      rev = "v1";
      sha256 = "0000000000000000000000000000000000000000000000000000";
    };
  };
}

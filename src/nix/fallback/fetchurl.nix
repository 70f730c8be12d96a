# `<nix/fetchurl.nix>`, which Nix brings along: a download that the builder of Nix itself does.
{
  system ? "",
  url,
  hash ? "",
  md5 ? "",
  sha1 ? "",
  sha256 ? "",
  sha512 ? "",
  outputHash ?
    if hash != "" then
      hash
    else if sha512 != "" then
      sha512
    else if sha1 != "" then
      sha1
    else if md5 != "" then
      md5
    else
      sha256,
  outputHashAlgo ?
    if hash != "" then
      ""
    else if sha512 != "" then
      "sha512"
    else if sha1 != "" then
      "sha1"
    else if md5 != "" then
      "md5"
    else
      "sha256",
  executable ? false,
  unpack ? false,
  name ? baseNameOf (toString url),
  impure ? false,
}:

derivation {
  inherit
    executable
    name
    outputHash
    outputHashAlgo
    unpack
    url
    ;
  builder = "builtin:fetchurl";
  outputHashMode = if executable || unpack then "recursive" else "flat";
  preferLocalBuild = true;
  system = "builtin";
  urls = [ url ];
}

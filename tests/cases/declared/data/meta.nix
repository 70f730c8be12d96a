# `meta` in a file of its own.
{
  description = "A case";
  license = "bsd"; #@ imported
}

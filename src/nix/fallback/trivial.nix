# Functions on booleans, numbers and functions, and the builtins that `lib` hands on.
{ lib }:

let
  isFunctor = value: builtins.isAttrs value && value ? __functor;

  bits =
    combine:
    let
      step =
        a: b:
        if a == b && (a == 0 || a == -1) then
          # Both are pure sign from here on.
          combine (if a == 0 then 0 else 1) (if b == 0 then 0 else 1) * (-1)
        else if (a == 0 || a == -1) && (b == 0 || b == -1) then
          combine (-a) (-b) * (-1)
        else
          2 * step (half a) (half b) + combine (low a) (low b);
      low = n: n - 2 * half n;
      # Rounds down also below zero, as the arithmetic shift does.
      half = n: if n >= 0 then n / 2 else -((1 - n) / 2);
    in
    step;

  digits =
    base: number:
    if number < base then [ number ] else digits base (number / base) ++ [ (number - number / base * base) ];

  hex = "0123456789ABCDEF";
in
rec {
  inherit (builtins)
    add
    addErrorContext
    attrNames
    baseNameOf
    ceil
    deepSeq
    dirOf
    div
    elem
    elemAt
    filter
    floor
    fromJSON
    fromTOML
    genericClosure
    getAttr
    hasAttr
    hasContext
    hashFile
    hashString
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    lessThan
    mul
    pathExists
    placeholder
    readDir
    readFile
    seq
    stringLength
    sub
    substring
    tail
    toFile
    toJSON
    toString
    trace
    tryEval
    typeOf
    unsafeGetAttrPos
    ;
  # Newer than some evaluators.
  unsafeDiscardStringContext = builtins.unsafeDiscardStringContext;

  id = value: value;
  const = value: _: value;
  flip =
    f: first: second:
    f second first;
  pipe = builtins.foldl' (value: f: f value);
  mapNullable = f: value: if value == null then value else f value;
  defaultTo = fallback: value: if value == null then fallback else value;
  concat = left: right: left ++ right;
  mergeAttrs = left: right: left // right;

  or = left: right: left || right;
  and = left: right: left && right;
  xor = left: right: left != right;
  boolToString = value: if value then "true" else "false";
  boolToYesNo = value: if value then "yes" else "no";

  bitAnd = builtins.bitAnd or (bits (a: b: a * b));
  bitOr = builtins.bitOr or (bits (a: b: if a + b > 0 then 1 else 0));
  bitXor = builtins.bitXor or (bits (a: b: if a == b then 0 else 1));
  bitNot = number: -1 - number;

  min = a: b: if a < b then a else b;
  max = a: b: if a < b then b else a;
  mod = a: b: a - b * (a / b);
  compare =
    a: b:
    if a < b then
      -1
    else if b < a then
      1
    else
      0;
  splitByAndCompare =
    first: yes: no: a: b:
    if first a then
      if first b then yes a b else -1
    else if first b then
      1
    else
      no a b;

  toBaseDigits = base: number: if number < 0 then throw "toBaseDigits: negative" else digits base number;
  toHexString =
    number: builtins.concatStringsSep "" (map (digit: builtins.substring digit 1 hex) (digits 16 number));
  fromHexString =
    text:
    (builtins.fromTOML "n=0x${if builtins.match "0x.*" text == null then text else builtins.substring 2 (-1) text}")
    .n;

  importJSON = file: builtins.fromJSON (builtins.readFile file);
  importTOML = file: builtins.fromTOML (builtins.readFile file);

  # Warnings are not this program's output: they are passed over, as Nix prints them beside the value.
  warn = _: value: value;
  warnIf = condition: message: if condition then warn message else id;
  warnIfNot = condition: warnIf (!condition);
  info = _: value: value;
  showWarnings = messages: value: builtins.foldl' (result: message: warn message result) value messages;
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: throwIf (!condition);
  checkListOfEnum =
    message: valid: given:
    let
      strange = builtins.filter (one: !(builtins.elem one valid)) given;
    in
    throwIfNot (strange == [ ]) "${message}: ${builtins.concatStringsSep ", " (map toString strange)} unexpected";

  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  functionArgs =
    f: if isFunctor f then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;
  isFunction = f: builtins.isFunction f || isFunctor f && isFunction (f.__functor f);
  toFunction = value: if isFunction value then value else _: value;
  mirrorFunctionArgs = like: f: setFunctionArgs f (functionArgs like);

  inNixShell = false;
  inPureEvalMode = false;
  release = "26.05";
  codeName = "unknown";
  version = "26.05pre-git";
  versionSuffix = "pre-git";
  trivialVersion = release;
  nixpkgsVersion = version;
  oldestSupportedRelease = 2511;
  isInOldestRelease = oldestSupportedReleaseIsAtLeast;
  oldestSupportedReleaseIsAtLeast = wanted: wanted <= oldestSupportedRelease;
  revisionWithDefault = fallback: fallback;

  # Debugging aids print; what they return is their value.
  traceIf = _: _: id;
  traceVal = id;
  traceValSeq = id;
  traceValFn = _: id;
  traceValSeqFn = _: id;
  traceSeq = _: id;
  traceSeqN = _: _: id;

  # Of the older library.
  ifEnable = condition: value: if condition then value else { };
  setAttr =
    set: name: value:
    set // { ${name} = value; };
  maybeAttr = name: fallback: set: set.${name} or fallback;
  maybeEnv = name: fallback: if builtins.getEnv name == "" then fallback else builtins.getEnv name;

  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  fakeSha256 = "0000000000000000000000000000000000000000000000000000000000000000";
  fakeSha512 = fakeSha256 + fakeSha256;

  revOrTag =
    rev: tag:
    if tag != null then
      tag
    else if rev != null then
      rev
    else
      "HEAD";
}

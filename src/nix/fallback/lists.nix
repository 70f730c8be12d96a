# Functions on lists.
{ lib }:

let
  # -1, 0 or 1 for the first pair that differs.
  compareBy =
    order: left: right:
    if left == [ ] || right == [ ] then
      lib.compare (if left == [ ] then 0 else 1) (if right == [ ] then 0 else 1)
    else
      let
        here = order (builtins.head left) (builtins.head right);
      in
      if here == 0 then compareBy order (builtins.tail left) (builtins.tail right) else here;

  numbersApart =
    text: map (part: if builtins.isList part then lib.toIntBase10 (builtins.head part) else part) (builtins.split "([0-9]+)" text);
in
rec {
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  singleton = value: [ value ];
  forEach = list: f: map f list;
  toList = value: if builtins.isList value then value else [ value ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  replicate = count: value: builtins.genList (_: value) count;
  range = from: to: if to < from then [ ] else builtins.genList (offset: from + offset) (to - from + 1);

  foldr =
    f: last: list:
    let
      count = builtins.length list;
      from = index: if index == count then last else f (builtins.elemAt list index) (from (index + 1));
    in
    from 0;
  fold = foldr;
  foldl =
    f: start: list:
    let
      upTo = index: if index < 0 then start else f (upTo (index - 1)) (builtins.elemAt list index);
    in
    upTo (builtins.length list - 1);

  imap0 = f: list: builtins.genList (index: f index (builtins.elemAt list index)) (builtins.length list);
  imap = imap1;
  imap1 = f: imap0 (index: f (index + 1));
  ifilter0 =
    keep: list:
    builtins.concatLists (imap0 (index: value: optional (keep index value) value) list);

  flatten = value: if builtins.isList value then builtins.concatMap flatten value else [ value ];
  remove = unwanted: builtins.filter (value: value != unwanted);
  count = wanted: list: builtins.length (builtins.filter wanted list);

  findSingle =
    wanted: none: many: list:
    let
      found = builtins.filter wanted list;
    in
    if found == [ ] then
      none
    else if builtins.length found > 1 then
      many
    else
      builtins.head found;

  findFirstIndex =
    wanted: none: list:
    let
      total = builtins.length list;
      from =
        index:
        if index == total then
          none
        else if wanted (builtins.elemAt list index) then
          index
        else
          from (index + 1);
    in
    from 0;
  findFirst =
    wanted: none: list:
    let
      index = findFirstIndex wanted null list;
    in
    if index == null then none else builtins.elemAt list index;

  groupBy' =
    f: start: key: list:
    builtins.mapAttrs (_: builtins.foldl' f start) (builtins.groupBy key list);

  zipListsWith =
    f: left: right:
    builtins.genList (index: f (builtins.elemAt left index) (builtins.elemAt right index)) (
      lib.min (builtins.length left) (builtins.length right)
    );
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: builtins.foldl' (fs: args: builtins.concatMap (g: map g args) fs) [ f ];

  reverseList =
    list:
    let
      count = builtins.length list;
    in
    builtins.genList (index: builtins.elemAt list (count - 1 - index)) count;

  sublist =
    start: size: list:
    let
      left = builtins.length list - start;
      taken = if left < size then left else size;
    in
    builtins.genList (index: builtins.elemAt list (start + index)) (if taken < 0 then 0 else taken);
  take = size: sublist 0 size;
  takeEnd = size: list: drop (builtins.length list - (lib.min size (builtins.length list))) list;
  drop = size: list: sublist size (builtins.length list) list;
  dropEnd = size: list: take (lib.max 0 (builtins.length list - size)) list;

  last = list: if list == [ ] then throw "lists.last: list must not be empty!" else builtins.elemAt list (builtins.length list - 1);
  init = list: if list == [ ] then throw "lists.init: list must not be empty!" else take (builtins.length list - 1) list;

  hasPrefix = prefix: list: take (builtins.length prefix) list == prefix;
  removePrefix =
    prefix: list:
    if hasPrefix prefix list then drop (builtins.length prefix) list else throw "lists.removePrefix: not a prefix of the list";
  commonPrefix =
    left: right:
    let
      pairs = zipListsWith (a: b: a == b) left right;
    in
    take (findFirstIndex (same: !same) (builtins.length pairs) pairs) left;

  sortOn = key: list: map (pair: pair.value) (builtins.sort (a: b: a.key < b.key) (map (value: { inherit value; key = key value; }) list));
  compareLists = compareBy;
  naturalSort =
    list:
    map (pair: pair.value) (
      builtins.sort (a: b: compareBy lib.compare a.parts b.parts < 0) (
        map (value: {
          inherit value;
          parts = numbersApart value;
        }) list
      )
    );

  unique = builtins.foldl' (seen: value: if builtins.elem value seen then seen else seen ++ [ value ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) list));
  allUnique = list: builtins.length (unique list) == builtins.length list;
  intersectLists = kept: builtins.filter (value: builtins.elem value kept);
  subtractLists = unwanted: builtins.filter (value: !(builtins.elem value unwanted));
  mutuallyExclusive = left: right: !(builtins.any (value: builtins.elem value right) left);

  listDfs =
    stopOnCycle: before: list:
    let
      visit =
        node: seen: rest:
        let
          split = builtins.partition (other: before other node) rest;
          again = builtins.filter (other: before other node) seen;
        in
        if stopOnCycle && again != [ ] then
          {
            cycle = node;
            loops = again;
            visited = seen;
            rest = rest;
          }
        else if split.right == [ ] then
          {
            minimal = node;
            visited = seen;
            inherit rest;
          }
        else
          visit (builtins.head split.right) ([ node ] ++ seen) (builtins.tail split.right ++ split.wrong);
    in
    visit (builtins.head list) [ ] (builtins.tail list);

  toposort =
    before: list:
    let
      step = listDfs true before list;
      others = toposort before (step.visited ++ step.rest);
    in
    if builtins.length list < 2 then
      { result = list; }
    else if step ? cycle then
      {
        cycle = reverseList ([ step.cycle ] ++ step.visited);
        inherit (step) loops;
      }
    else if others ? cycle then
      others
    else
      { result = [ step.minimal ] ++ others.result; };
}

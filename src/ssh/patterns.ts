/** Whether `*` (any run of characters) and `?` (any one) make `pattern` equal to `name`; linear, no regex. */
export function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  for (let index = 0; index < name.length;) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      resumeAt = index;
    } else if (wanted === "?" || wanted === name[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resumeAt;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}

/**
 * Lets through what a command's output may do in our terminal: text, line ends, tabs and colours. Everything
 * else that a terminal would obey (cursor moves, titles, the clipboard, hyperlinks, shell-integration marks) is
 * dropped, so a host cannot forge what the person sees. Works on chunks: a sequence may be split anywhere.
 */
export function createSanitizer(): (chunk: string) => string {
  let state: "text" | "escape" | "csi" | "string" | "string-escape" = "text";
  let sequence = "";
  return (chunk) => {
    let out = "";
    for (let index = 0; index < chunk.length; index++) {
      const character = chunk.charAt(index);
      const code = chunk.charCodeAt(index);
      if (character === "\n") {
        // No sequence goes on over the end of a line, or one that never ends would swallow all that follows.
        state = "text";
      }
      switch (state) {
        case "text":
          if (character === "\u001b") {
            state = "escape";
          } else if (code === 0x9b) {
            state = "csi";
            sequence = "";
          } else if (isStringStart(code)) {
            state = "string";
          } else if (code >= 0xa0 || (code >= 0x20 && code < 0x7f) || "\n\r\t".includes(character)) {
            out += character;
          }
          break;
        case "escape":
          // ESC [ begins a control sequence, ESC ] P X ^ _ a string; ESC and one more character is a whole one.
          if (character === "[") {
            state = "csi";
            sequence = "";
          } else if ("]PX^_".includes(character)) {
            state = "string";
          } else if (code < 0x20 || code > 0x2f) {
            state = character === "\u001b" ? "escape" : "text";
            // Of a character that is no part of any sequence nothing may be lost, not the half of it.
            out += code >= 0xa0 ? character : "";
          }
          break;
        case "csi":
          if (code >= 0x40 && code <= 0x7e) {
            state = "text";
            out += character === "m" && /^[\d;:]{0,64}$/.test(sequence) ? `\u001b[${sequence}m` : "";
          } else if (code === 0x1b) {
            state = "escape";
          } else {
            sequence += sequence.length > 64 ? "" : character;
          }
          break;
        case "string":
          if (code === 0x1b) {
            state = "string-escape";
          } else if (code === 0x07 || code === 0x9c) {
            state = "text";
          }
          break;
        case "string-escape":
          state = character === "\\" ? "text" : code === 0x1b ? "string-escape" : "string";
          break;
      }
    }
    return out;
  };
}

/** `text` without anything that a terminal would obey, colours and line ends included, for a single line. */
export function plainText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]+/g, " ");
}

/** Eight-bit beginnings of DCS, SOS, OSC, PM and APC. */
function isStringStart(code: number): boolean {
  return code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f);
}

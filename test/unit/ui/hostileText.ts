import fc from "fast-check";

/** Text that tries to be more than text: for a terminal, for Markdown and for HTML. */
export const hostileTexts: readonly string[] = [
  "\u001b]633;D;0\u0007\u001b]52;c;cHduZWQ=\u0007",
  "\u001b[2J\u001b[H\u001b[31mred\u001b[0m",
  "\u009b2J\u009d0;title\u009c\u0090q\u009c",
  "line\r\nother\rline\tand\u0000\u0008\u007f",
  "\u001b\u001b[\u001b[31m]0;x",
  '<img src=x onerror="alert(1)"><script>alert(1)</script>',
  "[click](command:kubeadm.host.reset) ![i](https://evil.example/x.png)",
  "https://evil.example/ www.evil.example mailto:a@evil.example <https://evil.example>",
  "```\n# out of the fence\n~~~~\n````",
  "| a | b |\n|---|---|\n</details><b>bold</b> &lt; $(icon) **x** `y`",
  "$(sync~spin) &nbsp; \\[x\\](y) \\",
];

/** Any text, often one of the hostile ones, or two of them put together. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...hostileTexts),
      fc.string({ unit: "binary" }),
      fc.constantFrom("\u001b", "]633;", "[31m", "`", "\u0007", "\n"),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join(""));

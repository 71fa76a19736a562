/** The newest minor release that this extension was written for; its newest patch is installed. */
export const newestMinor = "1.37";

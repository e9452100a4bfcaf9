/**
 * The code of a document in Markdown, block by block.
 *
 * @param language as it stands behind the fence
 */
export const codeBlocks = (document: string, language: string): string[] =>
  [...document.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , code = '']) => code)

/** Whether a text can be the name of a header: a token (RFC 9110, section 5.6.2). */
export const isHeaderName = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(text)

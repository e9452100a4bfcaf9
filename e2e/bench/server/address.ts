/** Where every server takes uploads. */
export const uploadsPath = '/uploads/'

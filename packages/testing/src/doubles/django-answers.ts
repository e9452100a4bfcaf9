/** An HTML page as Django answers when the app has no say. */
export const djangoPage = (status: number, title: string): Response =>
  new Response(
    `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
    {
      status,
      headers: { 'Content-Type': 'text/html' },
    },
  )

/** What a class-based view of Django says to methods that it does not have. */
export const notAllowed = (allowed: string): Response =>
  new Response(null, { status: 405, headers: { 'Content-Type': 'text/html; charset=utf-8', Allow: allowed } })

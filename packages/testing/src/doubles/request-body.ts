/** The body of a request, whoever has made it: where a server hands it over as a stream of its own, only that has the bytes. */
export const bodyOf = (request: Request): Body =>
  request.body
    ? new Response(request.body, { headers: { 'Content-Type': request.headers.get('Content-Type') ?? '' } })
    : request

/** The form in a body, as Django reads it: what is no form, or was cut on its way, has no fields. */
export async function formOf(request: Request): Promise<FormData> {
  try {
    return await bodyOf(request).formData()
  } catch {
    return new FormData()
  }
}

/** The members of the JSON in a body; none if it is no JSON. */
export async function askedIn(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await bodyOf(request).text()
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

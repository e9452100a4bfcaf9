/**
 * What IRI's django-chunked-uploads makes of a file name: Django's `slugify` of the stem, the extension as it is, underscores for
 * all dashes.
 *
 * @example
 * slugOf('My film-2.mp4') // 'my_film_2.mp4'
 */
export function slugOf(name: string): string {
  // A dot at the very beginning begins no extension.
  const [, stem = '', extension = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? []
  const slug = stem
    .normalize('NFKD')
    .replaceAll(/[^\w\s-]/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[-\s]+/g, '-')
  return (slug + extension).replaceAll('-', '_')
}

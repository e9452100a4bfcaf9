import type { DrfSettings } from './drf-options.ts'

const field = (type: string, label: string, more: object = {}): object => ({
  type,
  required: false,
  read_only: true,
  label,
  ...more,
})

const fields = {
  id: field('string', 'Id'),
  url: field('field', 'Url'),
  file: field('file upload', 'File', { read_only: false, max_length: 255 }),
  filename: field('string', 'Filename', { required: true, read_only: false, max_length: 255 }),
  offset: field('integer', 'Offset', { read_only: false }),
  created_at: field('datetime', 'Created at'),
  status: field('choice', 'Status'),
  completed_at: field('datetime', 'Completed at'),
}

/** The answer to `OPTIONS`, as Django REST framework describes the view. */
export function describeView({ viewName, owner }: DrfSettings): object {
  const all = owner === 'none' ? fields : { ...fields, user: field('field', 'User') }
  return {
    name: viewName,
    description: '',
    renders: ['application/json'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    actions: { POST: all, PUT: all },
  }
}

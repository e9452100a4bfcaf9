import { describe, expect, test } from 'vitest'
import { createCors, type CorsOptions } from './cors.ts'

const preflight = (origin: string): Request =>
  new Request('http://localhost/api/uploads/', {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'authorization,content-range',
    },
  })

const options: CorsOptions = { origins: ['https://app.com'] }

describe('S28 only the listed origins', () => {
  test.each([
    ['https://app.com', true],
    ['http://app.com', false],
    ['https://app.com:8443', false],
    ['https://evil-app.com', false],
    ['https://app.com.evil', false],
    ['https://sub.app.com', false],
    ['https://APP.com', false],
    ['null', false],
  ])('%s: %s', (origin, allowed) => {
    const cors = createCors(options)
    const expected = allowed ? origin : null
    expect(cors.preflight(preflight(origin))?.headers.get('access-control-allow-origin')).toBe(expected)
    const response = new Response('{}', { headers: { 'Retry-After': '1' } })
    cors.allow(new Request('http://localhost/', { headers: { Origin: origin } }), response)
    expect(response.headers.get('access-control-allow-origin')).toBe(expected)
    expect(response.headers.get('vary')).toBe('Origin')
  })

  test('a wildcard admits all, but never null, and never with credentials', () => {
    const cors = createCors({ origins: '*' })
    expect(cors.preflight(preflight('https://any.example'))?.headers.get('access-control-allow-origin')).toBe('*')
    expect(cors.preflight(preflight('null'))?.headers.get('access-control-allow-origin')).toBeNull()
    expect(() => createCors({ origins: '*', credentials: true })).toThrow('cannot be combined')
  })

  test('credentials are named only where they are allowed', () => {
    const answer = (more: Partial<CorsOptions>) =>
      createCors({ ...options, ...more }).preflight(preflight('https://app.com'))?.headers
    expect(answer({})?.has('access-control-allow-credentials')).toBe(false)
    expect(answer({ credentials: true })?.get('access-control-allow-credentials')).toBe('true')
  })

  test.each(['https://app.com/', 'app.com', 'https://*.app.com/x', 'null', ''])(
    'the origin %j is refused as an option',
    (origin) => {
      expect(() => createCors({ origins: [origin] })).toThrow('Option cors.origins')
    },
  )
})

test("the header that every chunk needs passes the preflight, and so do a host's own", () => {
  const headers = createCors({ ...options, headers: ['x-plan'] }).preflight(preflight('https://app.com'))?.headers
  expect(headers?.get('access-control-allow-headers')?.split(', ')).toEqual(
    expect.arrayContaining(['content-range', 'authorization', 'content-type', 'x-csrftoken', 'x-plan']),
  )
  expect(headers?.get('access-control-allow-methods')?.split(', ')).toEqual(
    expect.arrayContaining(['PUT', 'POST', 'DELETE']),
  )
})

test('F22 every header of an answer can be read by the page', () => {
  const response = new Response('{}', { headers: { 'Retry-After': '1', 'WWW-Authenticate': 'Token', Allow: 'GET' } })
  createCors(options).allow(new Request('http://localhost/', { headers: { Origin: 'https://app.com' } }), response)
  const exposed = response.headers.get('access-control-expose-headers')?.split(', ')
  expect(exposed).toEqual(expect.arrayContaining(['retry-after', 'www-authenticate', 'allow']))
})

test('an OPTIONS that is no preflight is for the dialect', () => {
  const request = new Request('http://localhost/', { method: 'OPTIONS', headers: { Origin: 'https://app.com' } })
  expect(createCors(options).preflight(request)).toBeUndefined()
})

import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { useUploader, useUploaderState } from './index.ts'

test('on a server there is nothing to show, and nothing is touched, not even by a relative address', () => {
  const Page = () => {
    const { uploads, uploader } = useUploader({ endpoint: '/api/uploads/' })
    const { size } = useUploaderState(uploader)
    return (
      <p>
        {uploads.length} uploads, {size} bytes
      </p>
    )
  }
  expect(renderToString(<Page />)).toBe('<p>0<!-- --> uploads, <!-- -->0<!-- --> bytes</p>')
})

import { expect, test } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { useUploader, useUploaderState } from './index.ts'

test('on a server there is nothing to show, and nothing is touched, not even by a relative address', async () => {
  const Page = defineComponent(() => {
    const { uploads, uploader } = useUploader({ endpoint: '/api/uploads/' })
    const total = useUploaderState(uploader)
    return () => h('p', `${uploads.value.length} uploads, ${total.value.size} bytes`)
  })
  expect(await renderToString(createSSRApp(Page))).toBe('<p>0 uploads, 0 bytes</p>')
})

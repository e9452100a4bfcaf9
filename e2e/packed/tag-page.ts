/**
 * A page with the script tag, without any script in itself.
 *
 * @param tag attributes of its script
 * @param nonce of all its scripts
 */
export const tagPage = (tag: string, nonce = ''): Readonly<Record<string, string>> => ({
  '/': `<!doctype html>
<meta charset="utf-8" />
<title>Uploads</title>
<script nonce="${nonce}" ${tag}></script>
<input type="file" />
<output></output>
<script nonce="${nonce}" src="/app.js"></script>
`,
  '/app.js': `
const uploader = Chunkwise.createUploader({ endpoint: '/api/uploads/' })
document.querySelector('input').onchange = ({ target }) => uploader.add(target.files[0])
uploader.subscribe(({ uploads }) => {
  document.querySelector('output').textContent = uploads.map(({ getState }) => getState().status)
})
`,
})

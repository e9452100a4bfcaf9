import type { UploadNotice } from '@chunkwise/client'

import { bytes } from './format.ts'

/** What happened besides the changes of state, for people. */
export function noticeWords(notice: UploadNotice): string {
  switch (notice.type) {
    case 'restarted':
      return `“${notice.upload.name}” begins again: the server no longer had it.`
    case 'rewound':
      return `“${notice.upload.name}” goes on from ${bytes(notice.to)}: the server had lost what came after.`
    case 'network-blocked':
      return 'Something in between answers instead of the server: perhaps this network wants you to sign in.'
    case 'not-persistent':
      return 'This browser remembers nothing here: uploads go on, but not after a reload. A private window does that.'
  }
}

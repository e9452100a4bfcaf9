import DefaultTheme from 'vitepress/theme-without-fonts'
// oxlint-disable-next-line import/no-unassigned-import -- a style has nothing to give
import './style.css'

// oxlint-disable-next-line import/no-default-export -- as VitePress wants it
export default DefaultTheme

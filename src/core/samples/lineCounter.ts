/**
 * Line numbers, from 1, of ascending places in a text; a line ends with LF. Each call goes on where the last one
 * stopped, so that all calls together cost O(n).
 */
export function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (index) => {
    while (next !== -1 && next < index) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

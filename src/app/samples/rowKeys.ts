/** Keys that move through the rows of a table: where one leads; undefined for any other key. */
export const rowDestination = (
  key: string,
  place: number,
  { page, rows }: { readonly page: number; readonly rows: number },
): number | undefined =>
  ({
    ArrowDown: place + 1,
    ArrowUp: place - 1,
    PageDown: place + page,
    PageUp: place - page,
    Home: 0,
    End: rows - 1,
  })[key];

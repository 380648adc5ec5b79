/** The part of Papa Parse that is used. Its published types would bring those of Node into the core. */
declare module 'papaparse' {
  interface Step {
    readonly data: readonly string[];
    readonly errors: readonly { readonly code: string; readonly message: string }[];
    /** `cursor`: UTF-16 index behind the row. */
    readonly meta: { readonly cursor: number };
  }
  interface Options {
    readonly delimiter: string;
    readonly newline: string;
    readonly step: (step: Step, parser: { abort(): void }) => void;
  }
  const papaparse: { parse(text: string, options: Options): void };
  export default papaparse;
}

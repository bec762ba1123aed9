/** The column of kubectl get that tells what may still come or fail: parts of a few words each, without those that are empty. */
export function headroomColumn(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part)
    .join(', ')
    .slice(0, 128);
}

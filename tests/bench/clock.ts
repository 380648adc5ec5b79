/** Prints what takes how long: processor time beside wall time, so that a busy machine shows, and the memory then. */
export function clock(title: string) {
  process.stdout.write(`${title}\n`);
  const sum = { wall: 0, processor: 0 };
  const line = (name: string, processor: number, wall: number): void => {
    const memory = process.memoryUsage().rss / 1e6;
    process.stdout.write(
      `  ${name.padEnd(36)} ${processor.toFixed(2).padStart(7)} s of processor, ${wall.toFixed(2).padStart(7)} s, ${memory.toFixed(0)} MB\n`,
    );
  };
  return {
    time<T>(name: string, work: () => T): T {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const result = work();
      const { user, system } = process.cpuUsage(cpu);
      const [processor, wall] = [(user + system) / 1e6, (performance.now() - began) / 1000];
      sum.wall += wall;
      sum.processor += processor;
      line(name, processor, wall);
      return result;
    },
    total: (): void => {
      line('together', sum.processor, sum.wall);
    },
  };
}

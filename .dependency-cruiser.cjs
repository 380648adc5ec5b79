/** Which layer may import which: folder -> what it may reach inside the repository. */
const layers = {
  '^src/core/': '^src/core/',
  '^src/protocol/': '^src/(core|protocol)/',
  '^workers/': '^(workers|src/core|src/protocol)/',
  '^src/engine/': '^src/(core|protocol|engine)/',
  '^src/charts/': '^src/(core|charts)/',
  '^src/ui/': '^src/ui/',
  '^src/app/': '^src/',
};

/** The only folders that may import a package; everybody else goes through them. */
const packageDoors = {
  '@huggingface/transformers': '^(workers|tests/bench)/',
  'onnxruntime-web': '^(workers|tests/bench)/',
  comlink: '^(workers|src/protocol|src/engine|tests)/',
  'idb-keyval': '^src/engine/',
  fflate: '^src/(core/samples|engine|app)/',
  papaparse: '^src/core/samples/',
  'ml-matrix': '^src/core/(similarity|statistics)/',
  'umap-js': '^workers/',
  'd3[^/]*': '^src/charts/',
};

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no cycles', {}, { circular: true }),
    forbid(
      'core uses pure packages only',
      { path: '^src/core/' },
      { path: 'node_modules/', pathNot: 'node_modules/(fflate|papaparse|ml-matrix)/' },
    ),
    ...Object.entries(layers).map(([from, allowed]) =>
      forbid(`layer ${from}`, { path: from }, { path: '^(src|workers|tests)/', pathNot: allowed }),
    ),
    ...Object.entries(packageDoors).map(([name, users]) =>
      forbid(
        `door ${name}`,
        { path: '^(src|workers|tests)/', pathNot: users },
        { path: `node_modules/${name}/` },
      ),
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte.ts', '.js', '.svelte'],
      conditionNames: ['svelte', 'browser', 'import', 'types'],
      exportsFields: ['exports'],
    },
  },
};

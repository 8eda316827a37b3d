import { environment } from "../../sandbox/environment";

/** Puts the sandbox's programs on the PATH, and its cluster before everything; `npm test` has brought it up. */
export const mochaHooks = {
  async beforeAll(): Promise<void> {
    Object.assign(process.env, await environment());
    // Coverage is of this process: every engine and npm that the tests start would add megabytes of its own.
    delete process.env.NODE_V8_COVERAGE;
  },
};

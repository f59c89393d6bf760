import Foundation

/// The addresses that the program may have, which `ulimit -v` limits.
package enum AddressSpace {
    /// How many bytes it may be at most; nil where nothing limits it.
    package static var limit: Int? {
        var space = rlimit()
        #if os(Linux)
            let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
        #else
            let resource = RLIMIT_AS
        #endif
        guard unsafe getrlimit(resource, &space) == 0, space.rlim_cur < UInt64(Int.max) else { return nil }
        return Int(space.rlim_cur)
    }

    /// How many bytes it is by now; 0 where that is not told.
    static var used: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The bytes of a thread's stack, as the system makes them where nothing else is said.
    static var stack: Int {
        var space = rlimit()
        #if os(Linux)
            let resource = __rlimit_resource_t(RLIMIT_STACK.rawValue)
        #else
            let resource = RLIMIT_STACK
        #endif
        // Without a limit the C library takes 2 MiB on x86-64.
        guard unsafe getrlimit(resource, &space) == 0, space.rlim_cur < UInt64(Int.max) else { return 2 << 20 }
        return Int(space.rlim_cur)
    }
}

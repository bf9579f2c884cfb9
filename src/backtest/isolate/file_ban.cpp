#include "backtest/isolate/file_ban.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace acts::backtest {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kFirstForeignCall = 0x4000'0000;  // of x32
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kFirstForeignCall = UINT32_MAX;
#else
constexpr std::uint32_t kArchitecture = 0;
constexpr std::uint32_t kFirstForeignCall = UINT32_MAX;
#endif

constexpr std::array kBanned{
    SYS_openat,         SYS_open_by_handle_at,
    SYS_execve,         SYS_execveat,
    SYS_socket,         SYS_connect,
#ifdef SYS_openat2
    SYS_openat2,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup,
#endif
#ifdef SYS_open
    SYS_open,           SYS_creat,
    SYS_fork,           SYS_vfork,
#endif
};

sock_filter statement(unsigned code, std::uint32_t value) {
  return {.code = static_cast<std::uint16_t>(code), .jt = 0, .jf = 0, .k = value};
}
// `skip`: so many statements if it does not hold.
sock_filter unless(unsigned comparison, std::uint32_t value, std::uint8_t skip) {
  return {.code = static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), .jt = 0, .jf = skip, .k = value};
}

// Threads may begin, processes not: its flags are the first argument, of which they are the lower half. What clone3()
// is to do stands in memory, where no filter can look: it is told that there is none, and falls back on clone().
void add_process_ban(std::vector<sock_filter>& program, const sock_filter& end) {
  static_assert(std::endian::native == std::endian::little);
  program.push_back(unless(BPF_JEQ, SYS_clone3, 1));
  program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
  program.push_back(unless(BPF_JEQ, SYS_clone, 4));
  program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)));
  program.push_back(unless(BPF_JSET, CLONE_THREAD, 1));
  program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  program.push_back(end);
}

}  // namespace

bool ban_files() {
  if (kArchitecture == 0) return false;
  const sock_filter end = statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  std::vector<sock_filter> program{statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
                                   unless(BPF_JEQ, kArchitecture, 1),
                                   statement(BPF_JMP | BPF_JA, 1),
                                   end,
                                   statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                   unless(BPF_JGE, kFirstForeignCall, 1),
                                   end};
  for (const long number : kBanned) {
    program.push_back(unless(BPF_JEQ, static_cast<std::uint32_t>(number), 1));
    program.push_back(end);
  }
  add_process_ban(program, end);
  program.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace acts::backtest

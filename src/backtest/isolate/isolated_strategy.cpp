#include "backtest/isolate/isolated_strategy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "acts/base/assert.hpp"

#include "backtest/isolate/strategy_host.hpp"

namespace acts::backtest {
namespace {

std::unexpected<Error> not_started(int error) {
  const bool is_limit = error == EAGAIN || error == EMFILE || error == ENOMEM;
  return fail(ErrorCode::kStorage,
              fmt::format("no process for the strategy: {}{}", std::strerror(error),
                          is_limit ? ": give fewer with --sets-a-pass, or raise the limit (ulimit -u, -n)" : ""));
}

// The child's end becomes kStrategyHostFd; standard output is the run's alone. It has a process group of its own, so
// that what it starts ends with it.
int spawn_host(const std::string& program, int fd, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  if (const int error = ::posix_spawn_file_actions_init(&actions); error != 0) return error;
  int error = ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions, fd, kStrategyHostFd);
  posix_spawnattr_t attributes;
  if (error == 0) error = ::posix_spawnattr_init(&attributes);
  if (error != 0) {
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  error = ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string name = "acts";
  std::string argument = kStrategyHostArgument;
  const std::array<char*, 3> arguments{name.data(), argument.data(), nullptr};
  if (error == 0) error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

int open_process(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

// Waits for a process to end, but not for long.
bool is_over_soon(pid_t pid) {
  constexpr int kPatienceMillis = 2'000;
  const int fd = open_process(pid);
  if (fd < 0) return false;
  pollfd watched{.fd = fd, .events = POLLIN, .revents = 0};
  int count = 0;
  do {
    count = ::poll(&watched, 1, kPatienceMillis);
  } while (count < 0 && errno == EINTR);
  ::close(fd);
  return count > 0;
}

std::string end_in_words(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGSYS) return "opened a file, a connection or a program, or started a process, which none may";
    return fmt::format("{} (signal {}: {})", number == SIGKILL ? "was killed" : "crashed", number, ::strsignal(number));
  }
  return fmt::format("ended its process with code {}", WEXITSTATUS(status));
}

}  // namespace

Result<std::unique_ptr<StrategyProcess>> StrategyProcess::start(const std::string& program) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return not_started(errno);
  auto process = std::make_unique<StrategyProcess>(ends[0]);
  // dup2() of a descriptor to itself would leave it to be closed.
  int other = ends[1];
  if (other == kStrategyHostFd) {
    other = ::fcntl(ends[1], F_DUPFD_CLOEXEC, kStrategyHostFd + 1);
    ::close(ends[1]);
    if (other < 0) return not_started(errno);
  }
  const int error = spawn_host(program, other, process->pid_);
  ::close(other);
  if (error != 0) {
    process->pid_ = -1;
    return not_started(error);
  }
  // A system without such descriptors tells of the process's end by the link alone.
  if (const int watched = open_process(process->pid_); watched >= 0) process->link_.watch(watched);
  return process;
}

StrategyProcess::~StrategyProcess() { static_cast<void>(end(false)); }

std::string StrategyProcess::end(bool is_ending) {
  if (pid_ < 0) return "is gone";
  int status = 0;
  // One whose end of the link has closed is about to be over: how it ended is what is wanted.
  if (!is_ending || !is_over_soon(pid_)) ::kill(pid_, SIGKILL);
  // Until it is waited for nobody else can have its number, and so its group's.
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return end_in_words(status);
}

Result<std::unique_ptr<IsolatedStrategy>> IsolatedStrategy::make(const IsolateOptions& options,
                                                                 std::unique_ptr<StrategyProcess> process,
                                                                 const MakeStrategy& make) {
  ACTS_ASSERT(options.timeout > Nanos{0});
  Result<TimeLimit> limit = TimeLimit::make();
  if (!limit) return std::unexpected(limit.error());
  std::unique_ptr<IsolatedStrategy> strategy(new IsolatedStrategy(options, std::move(process), *std::move(limit)));
  write_make(strategy->out_, make);
  const Result<std::string_view> answer = strategy->exchange(nullptr, HostMessage::kMade, "when it was made");
  if (!answer) return std::unexpected(answer.error());
  ByteReader in(*answer);
  std::optional<MadeStrategy> made = read_made(in);
  if (!made) return strategy->lost(LinkState::kBroken, "when it was made");
  strategy->made_ = *std::move(made);
  return strategy;
}

Result<DescribedStrategy> IsolatedStrategy::describe(const IsolateOptions& options,
                                                     std::unique_ptr<StrategyProcess> process,
                                                     const MakeStrategy& make) {
  constexpr std::string_view kWhen = "when its library was loaded";
  Result<TimeLimit> limit = TimeLimit::make();
  if (!limit) return std::unexpected(limit.error());
  IsolatedStrategy unmade(options, std::move(process), *std::move(limit));
  write_describe(unmade.out_, make);
  const Result<std::string_view> answer = unmade.exchange(nullptr, HostMessage::kDescribed, kWhen);
  if (!answer) return std::unexpected(answer.error());
  ByteReader in(*answer);
  std::optional<DescribedStrategy> described = read_described(in);
  if (!described) return unmade.lost(LinkState::kBroken, kWhen);
  return *std::move(described);
}

std::unexpected<Error> IsolatedStrategy::lost(LinkState state, std::string_view what) const {
  const std::string ended = process_->end(state == LinkState::kClosed);
  if (state == LinkState::kLate) {
    return fail(ErrorCode::kBadInput, fmt::format("the strategy did not return within {} {}: it must come to an end, "
                                                  "or be given more with --isolate-timeout",
                                                  to_string(timeout_), what));
  }
  if (state == LinkState::kClosed) {
    return fail(ErrorCode::kBadInput, fmt::format("the strategy {} {}", ended, what));
  }
  return fail(ErrorCode::kBadInput,
              fmt::format("the strategy's process said what is not to be understood {}: it must leave descriptor {} "
                          "alone",
                          what, kStrategyHostFd));
}

Result<std::string_view> IsolatedStrategy::exchange(StrategyContext* context, HostMessage wanted,
                                                    std::string_view what) const {
  limit_.start(timeout_);
  bool has_to_send = true;
  for (;;) {
    LinkState state = has_to_send ? process_->link().send(out_.bytes(), &limit_) : LinkState::kOpen;
    std::string_view message;
    if (state == LinkState::kOpen) state = process_->link().receive(message, &limit_);
    if (state != LinkState::kOpen) return lost(state, what);
    ByteReader in(message);
    const auto kind = static_cast<HostMessage>(in.byte());
    if (kind == wanted && !in.is_bad()) return message.substr(1);
    out_.clear();
    if (kind == HostMessage::kAsk && context != nullptr) {
      if (!answer_ask(*context, in, out_)) return lost(LinkState::kBroken, what);
      // One that asks without end keeps the link busy, which is then never waited for.
      if (limit_.is_over()) return lost(LinkState::kLate, what);
      has_to_send = !out_.bytes().empty();
      continue;
    }
    const std::optional<Error> error = kind == HostMessage::kFailed ? read_failed(in) : std::nullopt;
    if (!error) return lost(LinkState::kBroken, what);
    // A child's word is about itself alone, whatever code it gives.
    const bool is_usage = context == nullptr && error->code == ErrorCode::kUsage;
    return fail(is_usage ? ErrorCode::kUsage : ErrorCode::kBadInput,
                context == nullptr ? error->message : fmt::format("{} ({})", error->message, what));
  }
}

void IsolatedStrategy::call(StrategyContext& context, StrategyCall call) {
  call.now = context.now();
  ++calls_;
  const std::string what = fmt::format("in call {}: {}", calls_,
                                       in_words(ToldCall{.kind = call.kind, .now = call.now, .subject = call.subject}));
  out_.clear();
  write_call(out_, call);
  const Result<std::string_view> returned = exchange(&context, HostMessage::kReturned, what);
  if (!returned) throw StrategyFailure{returned.error()};
  if (!returned->empty()) throw StrategyFailure{lost(LinkState::kBroken, what).error()};
}

void IsolatedStrategy::on_start(StrategyContext& context) {
  StrategyCall start{.kind = CallKind::kStart};
  for (std::uint32_t i = 0; i < context.instrument_count(); ++i) {
    const InstrumentId id{i};
    start.instruments.push_back({.info = context.instrument(id),
                                 .scales = context.scales(id),
                                 .tick = context.tick(id),
                                 .lot = context.lot(id)});
  }
  call(context, std::move(start));
}

void IsolatedStrategy::on_book(StrategyContext& context, InstrumentId id) {
  call(context, {.kind = CallKind::kBook, .subject = id.value()});
}

void IsolatedStrategy::on_trade(StrategyContext& context, InstrumentId id, const Trade& trade) {
  call(context, {.kind = CallKind::kTrade, .subject = id.value(), .trade = trade});
}

void IsolatedStrategy::on_bar(StrategyContext& context, const Bar& bar) {
  call(context, {.kind = CallKind::kBar, .subject = bar.instrument.value(), .bar = bar});
}

void IsolatedStrategy::on_features(StrategyContext& context, const FeatureValues& values) {
  call(context, {.kind = CallKind::kFeatures, .subject = values.instrument.value(), .features = values});
}

void IsolatedStrategy::on_order(StrategyContext& context, const OrderUpdate& update) {
  call(context, {.kind = CallKind::kOrder, .subject = update.instrument.value(), .update = update});
}

void IsolatedStrategy::on_fill(StrategyContext& context, const Fill& fill) {
  call(context, {.kind = CallKind::kFill, .subject = fill.instrument.value(), .fill = fill});
}

void IsolatedStrategy::on_timer(StrategyContext& context, TimerId id) {
  call(context, {.kind = CallKind::kTimer, .subject = id.value()});
}

std::string IsolatedStrategy::save() const {
  out_.clear();
  out_.byte(static_cast<std::uint8_t>(RunMessage::kSave));
  const Result<std::string_view> answer = exchange(nullptr, HostMessage::kSaved, "when its state was saved");
  if (!answer) throw StrategyFailure{answer.error()};
  ByteReader in(*answer);
  std::string state(in.text(kMostMessageBytes));
  if (!in.is_done()) throw StrategyFailure{lost(LinkState::kBroken, "when its state was saved").error()};
  return state;
}

Result<void> IsolatedStrategy::restore(std::string_view saved) {
  out_.clear();
  out_.byte(static_cast<std::uint8_t>(RunMessage::kRestore));
  out_.text(saved);
  const Result<std::string_view> answer = exchange(nullptr, HostMessage::kReturned, "when its state was restored");
  return answer ? Result<void>() : std::unexpected(answer.error());
}

}  // namespace acts::backtest

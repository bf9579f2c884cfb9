#include "backtest/isolate/strategy_host.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "acts/strategy/strategy.hpp"

#include "backtest/isolate/file_ban.hpp"
#include "backtest/isolate/message_link.hpp"
#include "backtest/isolate/protocol.hpp"
#include "backtest/isolate/remote_context.hpp"
#include "backtest/settings.hpp"
#include "backtest/strategy_library.hpp"

namespace acts::backtest {
namespace {

constexpr int kExitHostDone = 0;
constexpr int kExitHostDefect = 70;

// The sanitizers' shadow alone is larger than any limit.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ACTS_HAS_SHADOW_MEMORY
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ACTS_HAS_SHADOW_MEMORY
#endif
#ifdef ACTS_HAS_SHADOW_MEMORY
constexpr bool kCanLimitMemory = false;
#else
constexpr bool kCanLimitMemory = true;
#endif

class StrategyHost {
 public:
  StrategyHost(int fd, bool is_process) : link_(fd), context_(link_), is_process_(is_process) {}

  int run() {
    for (;;) {
      std::string_view message;
      if (link_.receive(message, nullptr) != LinkState::kOpen) return kExitHostDone;
      ByteReader in(message);
      out_.clear();
      if (!handle(in)) return kExitHostDefect;
      if (link_.send(out_.bytes(), nullptr) != LinkState::kOpen) return kExitHostDone;
    }
  }

 private:
  // Writes the answer. False: this is no message, or not one for now.
  bool handle(ByteReader& in) {
    const auto kind = static_cast<RunMessage>(in.byte());
    if (kind == RunMessage::kMake) {
      const std::optional<MakeStrategy> make = read_make(in);
      if (make) answer(guarded_here([&] { return this->make(*make); }));
      return make.has_value();
    }
    if (kind == RunMessage::kDescribe) {
      const std::optional<MakeStrategy> make = read_make(in);
      if (make) answer(guarded_here([&] { return describe(*make); }));
      return make.has_value();
    }
    if (strategy_ == nullptr) return false;
    if (kind == RunMessage::kCall) {
      std::optional<StrategyCall> call = read_call(in);
      if (call) answer(guarded_here([&] { return this->call(*call); }));
      return call.has_value();
    }
    if (kind == RunMessage::kRestore) {
      const std::string state(in.text(kMostMessageBytes));
      answer(guarded_here([&] { return restore(state); }));
      return in.is_done();
    }
    answer(guarded_here([&] { return save(); }));
    return kind == RunMessage::kSave && in.is_done();
  }

  // What the strategy throws is an answer as well.
  template <typename Call>
  Result<void> guarded_here(Call&& call) {
    return guarded([&]() -> Result<void> {
      try {
        return call();
      } catch (const std::bad_alloc&) {
        return fail(ErrorCode::kBadInput, fmt::format("the strategy needs more than the {} MiB of memory that its "
                                                      "process may have: it must keep less",
                                                      most_memory_ >> 20U));
      }
    });
  }

  void answer(const Result<void>& done) {
    if (done) return;
    out_.clear();
    write_failed(out_, done.error());
  }

  Result<const StrategyType*> type_of(const MakeStrategy& make) {
    limit(make.most_memory);
    BacktestSettings settings;
    settings.library = make.library;
    settings.strategy = make.name;
    return strategy_type_of(settings);
  }

  Result<void> describe(const MakeStrategy& make) {
    const Result<const StrategyType*> type = type_of(make);
    if (!type) return std::unexpected(type.error());
    write_described(out_, described(**type));
    return {};
  }

  Result<void> make(const MakeStrategy& make) {
    const Result<const StrategyType*> type = type_of(make);
    if (!type) return std::unexpected(type.error());
    const Result<Parameters> parameters = parse_parameters((*type)->parameters, make.parameters);
    if (!parameters) return std::unexpected(parameters.error());
    if (make.bans_files && is_process_ && !ban_files()) {
      return fail(ErrorCode::kStorage, "the system cannot keep the strategy from files: run without --isolate");
    }
    Result<std::unique_ptr<Strategy>> made = (*type)->make(*parameters);
    if (!made) return std::unexpected(made.error());
    strategy_ = *std::move(made);
    write_made(out_, {.name = std::string((*type)->name),
                      .parameters = parameters->canonical(),
                      .wants = strategy_->wants(),
                      .needs = (*type)->needs});
    return {};
  }

  void limit(std::uint64_t most_memory) {
    if (!is_process_ || !kCanLimitMemory || most_memory == 0) return;
    most_memory_ = most_memory;
    const rlimit most{.rlim_cur = most_memory, .rlim_max = most_memory};
    ::setrlimit(RLIMIT_AS, &most);
  }

  Result<void> call(StrategyCall& call) {
    const InstrumentId id{call.subject};
    context_.begin_call(call.now);
    switch (call.kind) {
      case CallKind::kStart:
        context_.set_instruments(std::move(call.instruments));
        strategy_->on_start(context_);
        break;
      case CallKind::kStop: strategy_->on_stop(context_); break;
      case CallKind::kBook: strategy_->on_book(context_, id); break;
      case CallKind::kTrade: strategy_->on_trade(context_, id, call.trade); break;
      case CallKind::kBar: strategy_->on_bar(context_, call.bar); break;
      case CallKind::kFeatures: strategy_->on_features(context_, context_.keep(call.features)); break;
      case CallKind::kOrder: strategy_->on_order(context_, call.update); break;
      case CallKind::kFill: strategy_->on_fill(context_, call.fill); break;
      case CallKind::kTimer: strategy_->on_timer(context_, TimerId{call.subject}); break;
    }
    out_.byte(static_cast<std::uint8_t>(HostMessage::kReturned));
    return {};
  }

  Result<void> save() {
    out_.byte(static_cast<std::uint8_t>(HostMessage::kSaved));
    out_.text(strategy_->save());
    return {};
  }

  Result<void> restore(const std::string& state) {
    Result<void> restored = strategy_->restore(state);
    if (restored) out_.byte(static_cast<std::uint8_t>(HostMessage::kReturned));
    return restored;
  }

  MessageLink link_;
  RemoteContext context_;
  bool is_process_;
  std::uint64_t most_memory_ = 0;
  std::unique_ptr<Strategy> strategy_;
  ByteWriter out_;
};

}  // namespace

int strategy_host(int fd, bool is_process) {
  if (is_process) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  StrategyHost host(fd, is_process);
  return host.run();
}

}  // namespace acts::backtest

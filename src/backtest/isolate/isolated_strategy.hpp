// A strategy in a process of its own: what it does to that process, it does to no other. Its calls have a time limit;
// what it decides is what it decides here. Blocking.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"
#include "acts/strategy/strategy.hpp"

#include "backtest/isolate/message_link.hpp"
#include "backtest/isolate/protocol.hpp"

namespace acts::backtest {

struct IsolateOptions {
  std::string program = "/proc/self/exe";               // runs strategy_host() for kStrategyHostArgument
  Nanos timeout = std::chrono::seconds{10};             // of one call of the strategy, its questions included; positive
  std::uint64_t most_memory = std::uint64_t{4} << 30U;  // bytes of address space of its process
  bool bans_files = false;                              // as of MakeStrategy
};

// A process that runs strategy_host(), and the way to it. Killed and waited for when this is destroyed, with all that
// it has started and that has not left its process group.
class StrategyProcess {
 public:
  // Errors: kStorage: the system starts none.
  static Result<std::unique_ptr<StrategyProcess>> start(const std::string& program);
  // None: somebody runs strategy_host() at the other end of this socket.
  explicit StrategyProcess(int fd) : link_(fd) {}
  ~StrategyProcess();
  StrategyProcess(const StrategyProcess&) = delete;
  StrategyProcess& operator=(const StrategyProcess&) = delete;

  [[nodiscard]] MessageLink& link() { return link_; }
  // Ends it, if it has not ended by itself, and says how that was: "crashed (signal 11: Segmentation fault)", "ended
  // its process with code 3". `is_ending`: it is about to be over, which is waited for.
  std::string end(bool is_ending);

 private:
  MessageLink link_;
  pid_t pid_ = -1;
};

class IsolatedStrategy final : public Strategy {
 public:
  // Errors: kStorage: the system starts no process or timer; kUsage: there is no such strategy, or not with these
  // parameters; kBadInput: it crashed, threw, or came to no end when it was made.
  static Result<std::unique_ptr<IsolatedStrategy>> make(const IsolateOptions& options,
                                                        std::unique_ptr<StrategyProcess> process,
                                                        const MakeStrategy& make);

  // What can be known of it before it is made, of a process that is over then. Errors: as those of make().
  static Result<DescribedStrategy> describe(const IsolateOptions& options, std::unique_ptr<StrategyProcess> process,
                                            const MakeStrategy& make);

  // All as given and by default, in canonical form.
  [[nodiscard]] const std::map<std::string, std::string>& parameters() const { return made_.parameters; }

  [[nodiscard]] const std::string& name() const { return made_.name; }
  [[nodiscard]] const StrategyNeeds& needs() const { return made_.needs; }

  [[nodiscard]] Wants wants() const override { return made_.wants; }
  // Each throws StrategyFailure (kBadInput) if the strategy crashed, threw, came to no end within the limit, or if its
  // process says what is not to be understood: in one line, with the call.
  void on_start(StrategyContext& context) override;
  void on_stop(StrategyContext& context) override { call(context, {.kind = CallKind::kStop}); }
  void on_book(StrategyContext& context, InstrumentId id) override;
  void on_trade(StrategyContext& context, InstrumentId id, const Trade& trade) override;
  void on_bar(StrategyContext& context, const Bar& bar) override;
  void on_features(StrategyContext& context, const FeatureValues& values) override;
  void on_order(StrategyContext& context, const OrderUpdate& update) override;
  void on_fill(StrategyContext& context, const Fill& fill) override;
  void on_timer(StrategyContext& context, TimerId id) override;
  [[nodiscard]] std::string save() const override;
  Result<void> restore(std::string_view saved) override;

 private:
  IsolatedStrategy(const IsolateOptions& options, std::unique_ptr<StrategyProcess> process, TimeLimit limit)
      : timeout_(options.timeout), limit_(std::move(limit)), process_(std::move(process)) {}
  void call(StrategyContext& context, StrategyCall call);
  // Sends out_, and answers what is asked until `wanted` comes, of which what follows its first byte is returned.
  // `context`: null if nothing may be asked. `what`: is under way, for messages.
  Result<std::string_view> exchange(StrategyContext* context, HostMessage wanted, std::string_view what) const;
  std::unexpected<Error> lost(LinkState state, std::string_view what) const;

  Nanos timeout_;
  mutable TimeLimit limit_;
  std::unique_ptr<StrategyProcess> process_;
  MadeStrategy made_;
  mutable ByteWriter out_;
  std::uint64_t calls_ = 0;
};

}  // namespace acts::backtest

// Sends REST requests within the venue's limits, and judges their answers: which host, how many at a time, how long to
// wait after a refusal. What an answer means for a symbol is the collector's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/backoff.hpp"
#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "binance/rate_budget.hpp"
#include "binance/rest.hpp"
#include "collector/actions.hpp"
#include "collector/cooldown.hpp"
#include "collector/health.hpp"
#include "collector/host_ring.hpp"
#include "collector/log_throttle.hpp"
#include "collector/options.hpp"
#include "collector/rest_queue.hpp"

namespace acts::collector {

// A request that is over.
struct RestDone {
  RequestNumber request = 0;
  RestJob job;
  std::string host;      // that was asked
  UnixNanos sent;        // written to its connection; not known: asked for
  bool ok = false;       // the answer's body is to be read
  bool give_up = false;  // the request itself is wrong
  int status = 0;        // 0: no answer
  std::string outcome;   // "ok", "rate_limited", "failed", ...: for metric labels
  std::string reason;    // one line, if not ok
};

// What of the queue may be sent; the rest waits.
enum class Sending : std::uint8_t { kAll, kTimeOnly };

class RestDesk {
 public:
  // `out` and `log` outlive the object.
  RestDesk(const CollectorOptions& options, ActionQueue& out, LogThrottle& log);

  // Joins the queue; send() asks for it when the budget allows. A job of that kind and instrument that is under way
  // already is not repeated.
  void ask(const RestJob& job);
  // What waits for the budget, and has not been sent.
  [[nodiscard]] std::optional<Urgency> queued(RequestKind kind, binance::InstrumentIndex instrument) const {
    return queue_.urgency(kind, instrument);
  }
  void requeue(RequestKind kind, binance::InstrumentIndex instrument, Urgency urgency) {
    queue_.requeue(kind, instrument, urgency);
  }
  void forget(binance::InstrumentIndex instrument) { queue_.remove(instrument); }
  // Asks for what may be sent now. `symbol_of(instrument)` gives the venue's spelling.
  template <typename SymbolOfInstrument>
  void send(UnixNanos now, const SymbolOfInstrument& symbol_of, Sending which = Sending::kAll) {
    while (const RestJob* job = next(which, now)) {
      start(*job, job->instrument == binance::kNoInstrument ? std::string_view{} : symbol_of(job->instrument), now);
    }
  }
  void stop();
  // What an earlier run was told, by left_of(): nothing is asked before it is over.
  void resume(const Cooldown& left, UnixNanos now);

  // Nothing for a request that is not under way.
  std::optional<RestDone> on_answer(RequestNumber request, const binance::RestAnswer& answer, UnixNanos now);
  std::optional<RestDone> on_failed(RequestNumber request, std::string_view reason, UnixNanos now);
  // One that the shell never answered; call it until there is none.
  std::optional<RestDone> take_overdue(UnixNanos now);

  bool set_limit(int limit, Nanos window, UnixNanos now) { return budget_.set_limit(limit, window, now); }

  [[nodiscard]] bool waits(RequestKind kind, binance::InstrumentIndex instrument) const;
  [[nodiscard]] RestHealth health(UnixNanos now) const;
  // Weight that the most urgent may use in a minute.
  [[nodiscard]] int budget() const { return budget_.budget(); }
  [[nodiscard]] bool restricted() const { return restricted_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& requests() const { return requests_; }

 private:
  struct UnderWay {
    RestJob job;
    std::string host;
    UnixNanos sent;
    UnixNanos deadline;
  };

  const RestJob* next(Sending which, UnixNanos now);
  void start(RestJob job, std::string_view symbol, UnixNanos now);
  [[nodiscard]] Nanos timeout_of(RequestKind kind) const;
  void act_on(const binance::RestVerdict& verdict, const std::string& host, UnixNanos now);
  void on_success(const std::string& host);
  void on_refused(const binance::RestVerdict& verdict, const std::string& host, UnixNanos now);
  void on_trouble(const std::string& host, Nanos at_least, UnixNanos now);
  void block(Nanos wait, bool banned, UnixNanos now);
  std::optional<RestDone> take(RequestNumber request);

  Venue venue_;
  Timings timings_;
  ActionQueue& out_;
  LogThrottle& log_;
  HostRing hosts_;
  binance::RateBudget budget_;
  CooldownMemory cooldowns_{Cooldown::Scope::kRest};
  Backoff backoff_;
  RestQueue queue_;
  std::map<RequestNumber, UnderWay> under_way_;
  RequestNumber next_request_ = 1;
  int troubles_ = 0;  // in a row
  bool restricted_ = false;
  UnixNanos paused_until_{INT64_MIN};
  std::map<std::string, std::uint64_t> requests_;
};

}  // namespace acts::collector

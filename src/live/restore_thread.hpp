// Reads on a thread of its own what earlier runs have left of symbols that a run adds: a disk or a database that hangs
// holds up those symbols alone. Shares nothing with the run: it is given what it needs, and gives what it has found.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "acts/base/result.hpp"
#include "acts/base/time.hpp"

#include "collector/actions.hpp"
#include "live/earlier_run.hpp"
#include "live/missed_minutes.hpp"
#include "live/real_time.hpp"
#include "live/settings.hpp"
#include "net/event_loop.hpp"

namespace acts {

struct RestoreRequest {
  CollectSettings settings;  // the run's
  EarlierRun::Symbols added = {};
  EarlierRun::Found known;                    // EarlierRun::lend()
  std::map<Venue, UnixNanos> begins_at = {};  // of each venue of `added`: until then minutes may lack a row
  bool has_database = true;                   // rows are in acts.db; if not, only books are looked for
  Nanos limit = EarlierRun::kAddedLimit;      // of real time, to read what was recorded last
};

struct RestoredSymbols {
  EarlierRun::Found found;                                            // for EarlierRun::take_back()
  std::vector<std::pair<std::optional<Venue>, collector::Log>> said;  // in this order
  std::vector<std::pair<Venue, Result<MissedMinutes>>> missed;        // of each venue; errors: those of the store
};

// Blocking. What `stop` has ended is not complete.
RestoredSymbols restore_symbols(RestoreRequest request, const EarlierRun::Stop& stop);

[[nodiscard]] std::size_t count_of(const EarlierRun::Symbols& symbols);

class RestoreThread {
 public:
  static constexpr Nanos kEndLimit = std::chrono::milliseconds{100};
  using Done = std::function<void(RestoredSymbols)>;

  // `done` is called once in the loop, unless stop() comes first; then it may be called, if it was due. The loop
  // outlives the object.
  RestoreThread(EventLoop& loop, RestoreRequest request, Done done);
  // Stops within kEndLimit, wherever it is, or leaves a disk that hangs to the thread.
  ~RestoreThread();
  RestoreThread(const RestoreThread&) = delete;
  RestoreThread& operator=(const RestoreThread&) = delete;

  // Begins to stop; returns at once.
  void stop();

  // Symbols.
  [[nodiscard]] std::size_t added() const { return added_; }
  // Of real time, since it began.
  [[nodiscard]] Nanos age() const { return real_now() - began_; }

 private:
  struct State;
  std::size_t added_ = 0;
  RealTime began_ = real_now();
  std::shared_ptr<State> state_;  // with the thread
  std::thread thread_;
};

}  // namespace acts

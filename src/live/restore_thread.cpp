#include "live/restore_thread.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "live/join_or_leave.hpp"
#include "store/sqlite_store.hpp"

namespace acts {

RestoredSymbols restore_symbols(RestoreRequest request, const EarlierRun::Stop& stop) {
  RestoredSymbols restored;
  const auto say = [&restored](std::optional<Venue> venue, const collector::Log& line) {
    restored.said.emplace_back(venue, line);
  };
  const std::string path = (std::filesystem::path(request.settings.data_dir) / "acts.db").string();
  EarlierRun earlier(request.settings, say);
  earlier.take_back(std::move(request.known));
  Result<std::unique_ptr<SqliteStore>> store{nullptr};
  if (request.has_database) store = SqliteStore::open_to_read(path);
  earlier.restore(request.added, store ? store->get() : nullptr, request.limit, stop);
  if (stop()) return restored;
  if (request.has_database) {
    const Result<void> ready =
        store ? earlier.store_rows_of_other_bands(path, **store) : std::unexpected(store.error());
    for (const auto& [venue, typed] : request.added) {
      restored.missed.emplace_back(
          venue, ready ? earlier.missed_minutes({{venue, typed}}, **store, request.begins_at.at(venue))
                       : Result<MissedMinutes>(std::unexpected(ready.error())));
    }
  }
  restored.found = earlier.give_away();
  return restored;
}

struct RestoreThread::State {
  State(EventLoop& the_loop, RestoreRequest the_request, Done the_done)
      : loop(the_loop), request(std::move(the_request)), done(std::move(the_done)) {}

  void run();

  EventLoop& loop;  // there until `stopping`
  RestoreRequest request;
  Done done;
  std::atomic<bool> stopping = false;  // set under the mutex
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
};

void RestoreThread::State::run() {
  const auto restored =
      std::make_shared<RestoredSymbols>(restore_symbols(std::move(request), [this] { return stopping.load(); }));
  const std::scoped_lock lock(mutex);
  if (!stopping) loop.post([call = std::move(done), restored] { call(std::move(*restored)); });
  ended = true;
  changed.notify_all();
}

std::size_t count_of(const EarlierRun::Symbols& symbols) {
  std::size_t count = 0;
  for (const auto& [venue, typed] : symbols) count += typed.size();
  return count;
}

RestoreThread::RestoreThread(EventLoop& loop, RestoreRequest request, Done done)
    : added_(count_of(request.added)),
      state_(std::make_shared<State>(loop, std::move(request), std::move(done))),
      thread_([state = state_] { state->run(); }) {}

RestoreThread::~RestoreThread() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  join_or_leave(thread_, std::move(lock), state_->changed, state_->ended, kEndLimit);
}

void RestoreThread::stop() {
  const std::scoped_lock lock(state_->mutex);
  state_->stopping = true;
}

}  // namespace acts

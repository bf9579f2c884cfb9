// Whether the statement that runs shall go on, for what DuckDB's threads read meanwhile. DuckDB may come back to a
// statement that has ended, when whoever began it is gone: nobody is asked then, it shall stop. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace acts::history {

class StopSign {
 public:
  // A statement begins. `is_cancelled` is asked as long as there is a copy of what is returned, which asks the same.
  std::function<bool()> begin(std::function<bool()> is_cancelled) {
    auto asked = std::make_shared<std::function<bool()>>(std::move(is_cancelled));
    const std::scoped_lock lock(mutex_);
    asked_ = asked;
    return [asked = std::move(asked)] { return (*asked)(); };
  }

  [[nodiscard]] bool is_stopped() const {
    const std::shared_ptr<std::function<bool()>> asked = current();
    return asked == nullptr || (*asked)();
  }

 private:
  [[nodiscard]] std::shared_ptr<std::function<bool()>> current() const {
    const std::scoped_lock lock(mutex_);
    return asked_.lock();
  }

  mutable std::mutex mutex_;
  std::weak_ptr<std::function<bool()>> asked_;
};

}  // namespace acts::history

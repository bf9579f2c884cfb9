#include "history/archive/transfers.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <optional>
#include <utility>

#include "acts/base/assert.hpp"

#include "binance/rest.hpp"

namespace acts::history::archive {
namespace {

// Both are void to the compiler.
struct CleanUpEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct CleanUpMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

long millis(Nanos span) { return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(span).count()); }

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Running {
  Transfer transfer;
  std::unique_ptr<curl_slist, FreeList> headers;  // goes behind the handle
  std::unique_ptr<CURL, CleanUpEasy> handle;
  bool has_begun = false;
  Result<void> failed = {};
};

int status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

void begin(Running& running) {
  if (std::exchange(running.has_begun, true)) return;
  running.failed = running.transfer.begin(status_of(running.handle.get()));
}

std::size_t on_bytes(const char* bytes, std::size_t size, std::size_t count, void* of) {
  auto& running = *static_cast<Running*>(of);
  begin(running);
  if (running.failed) running.failed = running.transfer.take({bytes, size * count});
  return running.failed ? size * count : 0;  // anything but all of it ends the transfer
}

TransferEnd end_of(CURL* handle, CURLcode code, const Result<void>& failed) {
  TransferEnd end;
  end.status = status_of(handle);
  curl_off_t wait = 0;
  if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0) {
    constexpr curl_off_t kLongest = 24 * 3600;
    end.retry_after = std::chrono::seconds{std::min(wait, kLongest)};
  }
  curl_header* weight = nullptr;
  const std::string name(binance::kUsedWeightHeader);
  if (curl_easy_header(handle, name.c_str(), 0, CURLH_HEADER, -1, &weight) == CURLHE_OK)
    end.used_weight = weight->value;
  if (code != CURLE_OK && failed) end.problem = curl_easy_strerror(code);
  return end;
}

}  // namespace

struct Transfers::State {
  TransferOptions options;
  std::list<Running> running;  // before the handles that it holds know of it
  std::unique_ptr<CURLM, CleanUpMulti> multi;
};

Transfers::Transfers(TransferOptions options) : state_(std::make_unique<State>()) {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  ACTS_ASSERT(kInitialised == CURLE_OK);
  state_->options = std::move(options);
  state_->multi.reset(curl_multi_init());
  ACTS_ASSERT(state_->multi != nullptr);
}

Transfers::~Transfers() { drop_all(); }

void Transfers::drop_all() {
  for (const Running& running : state_->running) curl_multi_remove_handle(state_->multi.get(), running.handle.get());
  state_->running.clear();
}

void Transfers::start(Transfer transfer) {
  Running& running = state_->running.emplace_back();
  running.transfer = std::move(transfer);
  running.handle.reset(curl_easy_init());
  CURL* const handle = running.handle.get();
  ACTS_ASSERT(handle != nullptr);
  curl_easy_setopt(handle, CURLOPT_URL, running.transfer.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "acts");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, millis(state_->options.connect_limit));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, kLeastBytesASecond);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(std::chrono::ceil<std::chrono::seconds>(state_->options.slow_for).count()));
  if (!state_->options.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, state_->options.ca_file.c_str());
  if (running.transfer.offset > 0) {
    curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", running.transfer.offset).c_str());
  }
  if (!running.transfer.header.empty()) {
    running.headers.reset(curl_slist_append(nullptr, running.transfer.header.c_str()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, running.headers.get());
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &running);
  ACTS_ASSERT(curl_multi_add_handle(state_->multi.get(), handle) == CURLM_OK);
}

std::size_t Transfers::run(Nanos at_most) {
  CURLM* const multi = state_->multi.get();
  int active = 0;
  curl_multi_perform(multi, &active);
  if (active == static_cast<int>(state_->running.size()) && at_most > Nanos{0}) {
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(millis(at_most)), nullptr);
    curl_multi_perform(multi, &active);
  }
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi, handle);
    const auto found =
        std::ranges::find_if(state_->running, [&](const Running& one) { return one.handle.get() == handle; });
    ACTS_ASSERT(found != state_->running.end());
    if (code == CURLE_OK) begin(*found);  // it had no body
    const TransferEnd end = end_of(handle, code, found->failed);
    std::list<Running> ended;
    ended.splice(ended.begin(), state_->running, found);
    ended.front().transfer.end(end, ended.front().failed);
  }
  return state_->running.size();
}

Result<std::string> fetch_text(Transfers& transfers, const std::string& url, std::size_t most_bytes,
                               const std::function<bool()>& stop) {
  std::string text;
  std::optional<TransferEnd> ended;
  Result<void> refused;
  transfers.start({.url = url,
                   .begin = [](int) { return Result<void>(); },
                   .take = [&](std::string_view bytes) -> Result<void> {
                     if (text.size() + bytes.size() > most_bytes) {
                       return fail(ErrorCode::kRetry, fmt::format("the answer has more than {} bytes", most_bytes));
                     }
                     text += bytes;
                     return {};
                   },
                   .end =
                       [&](const TransferEnd& end, const Result<void>& failed) {
                         ended = end;
                         refused = failed;
                       }});
  while (!ended && !stop()) transfers.run(std::chrono::milliseconds{100});
  if (!ended) {
    transfers.drop_all();
    return fail(ErrorCode::kCancelled, "it was stopped");
  }
  if (!refused) return std::unexpected(refused.error());
  if (!ended->problem.empty()) return fail(ErrorCode::kRetry, ended->problem);
  if (ended->status == 200) return text;
  const bool is_final = ended->status == 403 || ended->status == 404;
  return fail(is_final ? ErrorCode::kUsage : ErrorCode::kRetry, fmt::format("the server answers {}", ended->status));
}

}  // namespace acts::history::archive

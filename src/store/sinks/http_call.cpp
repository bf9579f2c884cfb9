#include "store/sinks/http_call.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <zlib.h>

#include <charconv>

#include "acts/base/assert.hpp"

#include "store/sinks/sink_text.hpp"

namespace acts {
namespace {

// A good deal less time than level 6 for a few per cent more bytes.
constexpr int kGzipLevel = 3;

std::string gzip(const std::string& text) {
  z_stream stream{};
  // 16 more than the largest window: with gzip's header.
  ACTS_ASSERT(deflateInit2(&stream, kGzipLevel, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  // zlib reads through this pointer and writes nothing.
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ACTS_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct Cleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t take_body(const char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > HttpCaller::kMostBytes) return 0;
  body.append(bytes, size * count);
  return size * count;
}

int is_cancelled(void* limits, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& cancelled = static_cast<const SinkLimits*>(limits)->cancelled;
  return cancelled && cancelled() ? 1 : 0;
}

long millis(Nanos span) { return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(span).count()); }

}  // namespace

struct HttpCaller::State {
  std::string user;
  std::string password;
  SinkLimits limits;
  std::unique_ptr<CURL, Cleanup> handle;
};

HttpCaller::HttpCaller(std::string user, std::string password, SinkLimits limits) : state_(std::make_unique<State>()) {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  ACTS_ASSERT(kInitialised == CURLE_OK);
  state_->user = std::move(user);
  state_->password = std::move(password);
  state_->limits = std::move(limits);
}

HttpCaller::~HttpCaller() = default;

void HttpCaller::close() { state_->handle.reset(); }

Result<HttpAnswer> HttpCaller::post(const HttpCall& call) { return perform(call, true); }
Result<HttpAnswer> HttpCaller::get(const HttpCall& call) { return perform(call, false); }

Result<HttpAnswer> HttpCaller::perform(const HttpCall& call, bool has_body) {
  if (!state_->handle) state_->handle.reset(curl_easy_init());
  CURL* const handle = state_->handle.get();
  ACTS_ASSERT(handle != nullptr);
  curl_easy_reset(handle);  // keeps the connection
  const std::string body = call.compress ? gzip(call.body) : call.body;
  std::unique_ptr<curl_slist, FreeList> headers;
  const auto add = [&headers](const std::string& header) {
    headers.reset(curl_slist_append(headers.release(), header.c_str()));
  };
  for (const std::string& header : call.headers) add(header);
  if (call.compress) add("Content-Encoding: gzip");
  add("Expect:");  // without a question before each body
  HttpAnswer answer;
  curl_easy_setopt(handle, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, millis(state_->limits.connect));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, millis(state_->limits.answer));
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, is_cancelled);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &state_->limits);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  if (has_body) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  if (!state_->user.empty() || !state_->password.empty()) {
    curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(handle, CURLOPT_USERNAME, state_->user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, state_->password.c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_ABORTED_BY_CALLBACK) return fail(ErrorCode::kRetry, "given up: acts ends");
  if (code != CURLE_OK) return fail(ErrorCode::kRetry, one_line(curl_easy_strerror(code)));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

std::string url_problem(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parts(curl_url());
  ACTS_ASSERT(parts != nullptr);
  const CURLUcode code = curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0);
  return code == CURLUE_OK ? "" : curl_url_strerror(code);
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '_' || c == '.' || c == '~';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const bool is_code = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    out += is_code ? static_cast<char>(byte) : text[i];
    if (is_code) i += 2;
  }
  return out;
}

}  // namespace acts

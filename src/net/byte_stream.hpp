// For net/ itself: a connection as a stream of bytes, plain TCP or TLS behind one type, so that what is above is
// compiled once.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "net/asio.hpp"

namespace acts {

// Models Beast's AsyncStream. Whoever has an operation under way keeps the stream alive until that has completed.
class ByteStream {
 public:
  using executor_type = Executor;
  // Called on the loop's thread, where everything here runs, so that the handler's own executor need not be asked.
  using Completion = std::move_only_function<void(error_code, std::size_t)>;
  static constexpr std::size_t kMaxBuffers = 8;
  using ReadBuffers = std::array<asio::mutable_buffer, kMaxBuffers>;
  using WriteBuffers = std::array<asio::const_buffer, kMaxBuffers>;

  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const ReadBuffers& all) { read(all, Completion(std::move(handler))); }, token,
        gather<ReadBuffers>(buffers));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const WriteBuffers& all) { write(all, Completion(std::move(handler))); }, token,
        gather<WriteBuffers>(buffers));
  }

  // Small reads are served from a buffer of this size, filled by one read from the socket.
  void set_read_buffer(std::size_t bytes);
  // Bytes that were read too far: they come again before anything else.
  void unread(std::string_view bytes);

  // Called with whatever has come from the socket, before anybody else sees it; may change it in place.
  void set_filter(std::move_only_function<void(std::span<char>)> filter) { filter_ = std::move(filter); }

  // From now on nothing is written any more and what comes is thrown away; the socket stays. Writing completes when it
  // is closed, reading also when the peer has let go of it.
  void stall() { is_stalled_ = true; }

  // Ends every operation under way.
  void close();
  // The same, by a TCP reset: the peer sees an abrupt end.
  void reset();
  // Says that nothing more will be sent, and completes when the peer has ended too, or after kFinishTime or kMaxDrained
  // bytes. Closing with unread bytes would reset the connection, and the peer might lose the last we sent.
  void finish(Completion done);
  static constexpr std::chrono::seconds kFinishTime{2};
  static constexpr std::size_t kMaxDrained = 64 * 1024 * 1024;

  // False: the peer has closed it while nobody was reading.
  [[nodiscard]] bool is_alive();
  // Something has come that nobody has read.
  [[nodiscard]] bool has_unread();
  [[nodiscard]] SteadyTime last_read() const noexcept { return last_read_; }
  [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }

 protected:
  explicit ByteStream(tcp::socket socket) : socket_(std::move(socket)), last_read_(std::chrono::steady_clock::now()) {}

  virtual void raw_read(asio::mutable_buffer buffer, Completion done) = 0;
  virtual void raw_write(const WriteBuffers& buffers, Completion done) = 0;

 private:
  template <typename Array, typename Buffers>
  static Array gather(const Buffers& buffers) {
    Array out{};
    std::size_t count = 0;
    const auto end = asio::buffer_sequence_end(buffers);
    // What does not fit is left for the next call: that is what "some" allows.
    for (auto it = asio::buffer_sequence_begin(buffers); it != end && count < kMaxBuffers; ++it) {
      const typename Array::value_type one(*it);
      if (one.size() != 0) out[count++] = one;
    }
    return out;
  }

  void read(const ReadBuffers& buffers, Completion done);
  void write(const WriteBuffers& buffers, Completion done);
  [[nodiscard]] std::size_t take_buffered(const ReadBuffers& buffers);
  void note_read(asio::mutable_buffer buffer, std::size_t bytes);
  void drain(Completion done);
  void read_into(asio::mutable_buffer buffer, Completion done);

  tcp::socket socket_;
  std::vector<char> buffer_;
  std::size_t buffer_begin_ = 0;
  std::size_t buffer_end_ = 0;
  std::move_only_function<void(std::span<char>)> filter_;
  SteadyTime last_read_;
  bool is_stalled_ = false;
  Completion stalled_write_;
  std::size_t drained_ = 0;
  std::shared_ptr<asio::steady_timer> drain_limit_;
};

// Found by Beast by their names.
void beast_close_socket(ByteStream& stream);

std::shared_ptr<ByteStream> make_plain_stream(tcp::socket socket);

}  // namespace acts

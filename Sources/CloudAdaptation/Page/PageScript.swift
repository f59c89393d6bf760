/// What the page looks like.
let pageStyle = """
    :root{color-scheme:light dark;--line:#8886}
    body{font:15px/1.5 system-ui,sans-serif;max-width:1120px;margin:1.5rem auto;padding:0 1rem;display:flex;flex-direction:column}
    h1{order:-3;font-size:1.4rem;margin:0;overflow-wrap:anywhere} body>p{order:-2;margin:.3rem 0} header{order:-1}
    h2{font-size:1.1rem;margin:0} section{border-top:1px solid var(--line);margin-top:1.5rem;padding-top:1rem}
    table{border-collapse:collapse;margin:.5rem 1.5rem .5rem 0;display:inline-table;vertical-align:top}
    td,th{border-bottom:1px solid var(--line);padding:.15rem .7rem;text-align:right;font-weight:normal} td:first-child,th:first-child{text-align:left}
    .view canvas{width:100%;touch-action:none;cursor:grab;background:#14161a;border-radius:6px;display:block}
    .bar{display:flex;flex-wrap:wrap;gap:.4rem;margin:.5rem 0;align-items:center}
    button{font:inherit;border:1px solid var(--line);border-radius:5px;background:none;padding:.1rem .7rem;cursor:pointer;color:inherit}
    button.on{background:#3b7ddd;color:#fff} .key{display:inline-flex;align-items:center;gap:.3rem;font-size:.85rem}
    .key i{width:.8em;height:.8em;border-radius:2px} .pair{display:flex;flex-wrap:wrap;gap:.8rem;margin:.8rem 0}
    figure{margin:0;flex:1 1 420px} figure canvas{width:100%;border-radius:4px;cursor:default} figcaption{font-size:.85rem}
    svg{max-width:460px;display:block} svg text{font-size:9px;fill:currentColor;text-anchor:end}
    polyline{fill:none;stroke:#3b7ddd;stroke-width:1.5} .held{stroke-dasharray:4 3;stroke:#d9822b}
    """

/// What draws the clouds: WebGL without a library.
///
/// With `#check` in its address the page writes into its title what it drew.
let pageScript = #"""
    const views = [], problems = [];
    window.addEventListener("error", event => problems.push(event.message));
    const decoded = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const numbers = text => new Uint16Array(decoded(text).buffer);
    const add = (parent, tag, text) => {
      const made = parent.appendChild(document.createElement(tag));
      if (text) made.textContent = text;
      return made;
    };
    const colorOf = label => label < COLORS.length ? COLORS[label] : [90, 90, 96];

    function legend(parent) {
      const bar = add(parent, "div");
      bar.className = "bar";
      CLASSES.forEach((name, index) => {
        const key = add(bar, "span");
        key.className = "key";
        add(key, "i").style.background = `rgb(${COLORS[index]})`;
        key.append(name);
      });
    }

    // The colours of points in each of the ways to look at them.
    function modes(scene) {
      const now = decoded(scene.now), places = numbers(scene.places), count = now.length;
      const before = scene.asTrained && decoded(scene.asTrained), truth = scene.truth && decoded(scene.truth);
      const colored = choose => {
        const colors = new Uint8Array(3 * count);
        for (let point = 0; point < count; point++) colors.set(choose(point), 3 * point);
        return colors;
      };
      const all = {};
      if (before) all["as trained"] = () => colored(point => colorOf(before[point]));
      all["now"] = () => colored(point => colorOf(now[point]));
      if (before) all["what changed"] = () =>
        colored(point => before[point] === now[point] ? [58, 60, 66] : colorOf(now[point]));
      if (truth) {
        all["truth"] = () => colored(point => colorOf(truth[point]));
        all["mistakes"] = () => colored(point => truth[point] > 250 ? [40, 41, 45]
          : truth[point] === now[point] ? [58, 60, 66] : [255, 86, 70]);
      }
      all["height"] = () => colored(point => {
        const high = Math.min(Math.max((places[3 * point + 2] * scene.step[2] + scene.low[2] + 3) / 8, 0), 1);
        return [40 + 215 * high, 90 + 120 * (1 - Math.abs(2 * high - 1)), 230 - 190 * high];
      });
      return all;
    }

    const vertexShader = `attribute vec3 place; attribute vec3 color; uniform mat4 matrix; uniform float size; varying vec3 tint;
      void main() { gl_Position = matrix * vec4(place, 1.0); gl_PointSize = max(size * 30.0 / gl_Position.w, size); tint = color; }`;
    const fragmentShader = `precision mediump float; varying vec3 tint; void main() { gl_FragColor = vec4(tint, 1.0); }`;

    class View {
      constructor(parent, scene) {
        this.modes = modes(scene);
        this.canvas = add(parent, "canvas");
        this.gl = this.canvas.getContext("webgl", { preserveDrawingBuffer: true, antialias: true });
        if (!this.gl) {
          this.canvas.remove();
          add(parent, "p", "This browser has no WebGL, so that the cloud cannot be shown; labels and pictures are here.");
          return;
        }
        const grid = numbers(scene.places);
        this.places = Float32Array.from(grid, (value, index) => value * scene.step[index % 3] + scene.low[index % 3]);
        this.home();
        this.program();
        this.buttons(parent);
        this.listen();
        views.push(this);
        new ResizeObserver(() => this.draw()).observe(this.canvas);
      }

      home() {
        // The middle of half the points, and as far away as shows most of them.
        const middle = [0, 1, 2].map(axis => {
          const values = this.places.filter((_, index) => index % 3 === axis).sort();
          return values[values.length >> 1] || 0;
        });
        const distances = [];
        for (let i = 0; i < this.places.length; i += 3)
          distances.push(Math.hypot(this.places[i] - middle[0], this.places[i + 1] - middle[1]));
        distances.sort((a, b) => a - b);
        Object.assign(this, { target: middle, yaw: Math.PI, pitch: 0.5, size: 2,
          distance: Math.max(2.2 * (distances[Math.floor(0.8 * distances.length)] || 1), 0.5) });
      }

      program() {
        const gl = this.gl, program = gl.createProgram();
        for (const [kind, text] of [[gl.VERTEX_SHADER, vertexShader], [gl.FRAGMENT_SHADER, fragmentShader]]) {
          const shader = gl.createShader(kind);
          gl.shaderSource(shader, text);
          gl.compileShader(shader);
          if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) problems.push(gl.getShaderInfoLog(shader));
          gl.attachShader(program, shader);
        }
        gl.linkProgram(program);
        gl.useProgram(program);
        const attribute = (name, data, kind, scaled) => {
          const buffer = gl.createBuffer(), at = gl.getAttribLocation(program, name);
          gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
          gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
          gl.enableVertexAttribArray(at);
          gl.vertexAttribPointer(at, 3, kind, scaled, 0, 0);
          return buffer;
        };
        attribute("place", this.places, gl.FLOAT, false);
        this.colors = attribute("color", new Uint8Array(this.places.length), gl.UNSIGNED_BYTE, true);
        this.matrix = gl.getUniformLocation(program, "matrix");
        this.pointSize = gl.getUniformLocation(program, "size");
        gl.enable(gl.DEPTH_TEST);
      }

      buttons(parent) {
        const bar = add(parent, "div");
        bar.className = "bar";
        this.choices = Object.keys(this.modes).map(name => {
          const button = add(bar, "button", name);
          button.onclick = () => this.choose(name);
          return button;
        });
        add(bar, "button", "smaller").onclick = () => { this.size = Math.max(this.size / 1.4, 0.7); this.draw(); };
        add(bar, "button", "larger").onclick = () => { this.size = Math.min(this.size * 1.4, 12); this.draw(); };
        add(bar, "button", "from above").onclick = () => { this.pitch = 1.55; this.draw(); };
        add(bar, "button", "reset").onclick = () => { this.home(); this.draw(); };
        add(bar, "span", "drag turns, wheel zooms, shift and drag shifts").className = "key";
        this.choose("now");
      }

      choose(name) {
        const gl = this.gl;
        gl.bindBuffer(gl.ARRAY_BUFFER, this.colors);
        gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.modes[name]());
        this.choices?.forEach(button => button.classList.toggle("on", button.textContent === name));
        this.draw();
      }

      listen() {
        const held = new Map(), canvas = this.canvas;
        canvas.onpointerdown = event => { held.set(event.pointerId, event); canvas.setPointerCapture(event.pointerId); };
        canvas.onpointerup = canvas.onpointercancel = event => held.delete(event.pointerId);
        canvas.oncontextmenu = event => event.preventDefault();
        canvas.onpointermove = event => {
          const last = held.get(event.pointerId);
          if (!last) return;
          const x = event.clientX - last.clientX, y = event.clientY - last.clientY;
          if (held.size === 2) {
            const other = [...held.values()].find(one => one.pointerId !== event.pointerId);
            const span = one => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
            this.distance *= span(last) / span(event);
          } else if (event.shiftKey || event.buttons === 2) {
            this.shift(x, y);
          } else {
            this.turn(x / 200, y / 200);
          }
          held.set(event.pointerId, event);
          this.draw();
        };
        canvas.addEventListener("wheel", event => {
          event.preventDefault();
          this.distance = Math.max(this.distance * Math.exp(event.deltaY / 800), 0.05);
          this.draw();
        }, { passive: false });
      }

      turn(yaw, pitch) {
        this.yaw -= yaw;
        this.pitch = Math.min(Math.max(this.pitch + pitch, -1.55), 1.55);
      }

      shift(x, y) {
        const scale = 1.2 * this.distance / this.canvas.clientHeight, [right, up] = this.axes();
        for (let axis = 0; axis < 3; axis++) this.target[axis] += scale * (up[axis] * y - right[axis] * x);
      }

      // To the right, up and towards the viewer; z is up.
      axes() {
        const [cy, sy, cp, sp] = [Math.cos(this.yaw), Math.sin(this.yaw), Math.cos(this.pitch), Math.sin(this.pitch)];
        return [[-sy, cy, 0], [-sp * cy, -sp * sy, cp], [cp * cy, cp * sy, sp]];
      }

      draw() {
        const { gl, canvas, distance } = this, ratio = window.devicePixelRatio || 1;
        const width = Math.max(canvas.clientWidth, 300) * ratio, height = Math.round(width * 0.5);
        if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
        gl.viewport(0, 0, width, height);
        const axes = this.axes(), eye = this.target.map((value, axis) => value + distance * axes[2][axis]);
        const focal = 1.7, near = distance / 100, far = distance * 100;
        const rows = axes.map(axis => [...axis, -(axis[0] * eye[0] + axis[1] * eye[1] + axis[2] * eye[2])]);
        const matrix = new Float32Array(16);
        for (let column = 0; column < 4; column++) {
          const depth = rows[2][column];
          matrix[4 * column] = focal * height / width * rows[0][column];
          matrix[4 * column + 1] = focal * rows[1][column];
          matrix[4 * column + 2] = (far + near) / (near - far) * depth + (column === 3 ? 2 * far * near / (near - far) : 0);
          matrix[4 * column + 3] = -depth;
        }
        gl.uniformMatrix4fv(this.matrix, false, matrix);
        gl.uniform1f(this.pointSize, this.size * ratio);
        gl.clearColor(0.078, 0.086, 0.102, 1);
        gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
        gl.drawArrays(gl.POINTS, 0, this.places.length / 3);
      }

      // How many pixels show a point, and a number that changes with what they show.
      drawn() {
        const { gl } = this, width = gl.drawingBufferWidth, height = gl.drawingBufferHeight;
        const pixels = new Uint8Array(4 * width * height);
        gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        let count = 0, sum = 0;
        for (let i = 0; i < pixels.length; i += 4) {
          if (Math.abs(pixels[i] - 20) + Math.abs(pixels[i + 1] - 22) + Math.abs(pixels[i + 2] - 26) < 6) continue;
          count++;
          sum = (sum * 31 + pixels[i] + 3 * pixels[i + 1] + 7 * pixels[i + 2] + i) % 1000003;
        }
        return [count, sum];
      }
    }

    // A picture with the classes of its points, as trained and now.
    function pictures(parent, picture) {
      const pair = add(parent, "div"), pixels = numbers(picture.pixels), image = new Image();
      pair.className = "pair";
      const drawings = [["as trained", picture.asTrained], ["now", picture.now]].filter(([, labels]) => labels);
      for (const [name, labels] of drawings) {
        const figure = add(pair, "figure"), canvas = add(figure, "canvas"), classes = decoded(labels);
        add(figure, "figcaption", `${picture.name}, ${name}`);
        [canvas.width, canvas.height] = [picture.width, picture.height];
        image.addEventListener("load", () => {
          const context = canvas.getContext("2d"), side = Math.max(2, Math.round(picture.width / 400));
          context.filter = "grayscale(0.7) brightness(0.75)";
          context.drawImage(image, 0, 0, picture.width, picture.height);
          context.filter = "none";
          classes.forEach((label, point) => {
            context.fillStyle = `rgb(${colorOf(label)})`;
            context.fillRect(pixels[2 * point] - side / 2, pixels[2 * point + 1] - side / 2, side, side);
          });
        });
      }
      image.addEventListener("error", () => problems.push(`${picture.name} is no picture`));
      image.src = picture.image;
    }

    function show(scene) {
      const parent = document.currentScript.closest("section").querySelector(".view");
      new View(parent, scene);
      legend(parent);
      scene.pictures.forEach(picture => pictures(parent, picture));
    }

    // What was drawn, for tests: pixels of the first view in every way to look at it, and after it was turned.
    function ready() {
      if (location.hash !== "#check") return;
      const view = views[0], said = [];
      const note = name => { view.draw(); said.push(`${name}=${view.drawn().join("/")}`); };
      if (view) {
        for (const name of Object.keys(view.modes)) { view.choose(name); note(name); }
        view.turn(0.7, 0.2);
        note("turned");
        view.distance /= 2;
        note("nearer");
      }
      document.title = `check ${views.length} views; ${said.join("; ")}; problems: ${problems.join(" | ") || "none"}`;
    }
    """#
